using System.Globalization;
using NatAllocBench.Netfilter.Eras;

namespace NatAllocBench.LiveKernel;

/// <summary>One measured cell of a kernel; see README.md beside it.</summary>
internal sealed record RecordedCell(string Experiment, string Kernel, IReadOnlyDictionary<string, string> Fields)
{
    public Era Era => EraCatalog.Match(Kernel).Era;

    public LiveProtocol Protocol => Fields["protocol"] == "tcp" ? LiveProtocol.Tcp : LiveProtocol.Udp;

    public PortMode Mode => Fields["mode"] switch
    {
        "random" => PortMode.Random,
        "fully-random" => PortMode.FullyRandom,
        _ => PortMode.Default,
    };

    public int ConnectionsPerRepetition => (int)(Number("connections") / Number("repetitions"));

    public double Number(string field) =>
        Fields[field] is { Length: > 0 } text ? double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) : 0;

    public override string ToString() => $"{Experiment} {Kernel} {Fields["protocol"]} {Fields["mode"]} {Fields["port_range"]}";
}

/// <summary>What kernels did that are not at hand: <c>recorded-kernels.csv</c>.</summary>
internal static class RecordedKernels
{
    private const string Resource = "recorded-kernels.csv";

    private static readonly Lazy<RecordedCell[]> Cells = new(Read);

    public static IEnumerable<RecordedCell> Of(string experiment) =>
        Cells.Value.Where(
            cell => cell.Experiment == experiment || (experiment == "A4" && cell.Experiment.StartsWith("A4-", StringComparison.Ordinal)));

    private static RecordedCell[] Read()
    {
        using Stream stream = typeof(RecordedKernels).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        string[] lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] names = lines[0].Split(',');
        return
        [
            .. lines.Skip(1).Select(line => line.Split(',')).Select(fields => new RecordedCell(
                fields[0], fields[1], names.Zip(fields).ToDictionary(pair => pair.First, pair => pair.Second))),
        ];
    }
}
