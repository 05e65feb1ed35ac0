using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Publishing;

/// <summary>The first table of the index: a row per machine with what most readers come for.</summary>
internal static class HeadlineTable
{
    private const string Era = "6.12";
    private const string Mode = "default";
    private const int Connections = 20_000;

    /// <summary>Name of a run of the standard workload; where there is none, any run that has its cells serves.</summary>
    private const string Standard = "throughput";
    private static readonly string[] Designs = ["kernel-locks", "lock-free", "batched"];

    /// <summary>The table.</summary>
    /// <param name="machines">The runs of each machine, newest first.</param>
    /// <returns>Losses of preset quick, speeds of the standard throughput workload, and the cost of moving a cache line.</returns>
    public static ResultTable Of(IReadOnlyList<(string Name, IReadOnlyList<RunRecord> Runs)> machines) => new(
        "headline",
        "",
        [
            new("machine", IsNumber: false),
            new("CPUs", IsNumber: true),
            new("loss, 4.14 default [95 %]", IsNumber: true),
            new($"loss, {Era} default [95 %]", IsNumber: true),
            .. Designs.Select(design => new TableColumn($"{design}, 1 / 2 CPUs (M conn/s)", IsNumber: true)),
            new("core to core (ns)", IsNumber: true),
        ],
        [.. machines.Select(m => Row(m.Name, m.Runs))]);

    private static IReadOnlyList<string> Row(string name, IReadOnlyList<RunRecord> runs)
    {
        RaceCell[] quick =
        [
            .. runs.OfType<RunRecord<RaceCell>>()
                .Where(r => r.Preset == "quick")
                .SelectMany(r => r.Cells)
                .Where(c => c.Cpus > 1 && c.Mode == Mode && c.Missing is null), // a run on one CPU has no race
        ];
        ThroughputCell[] speeds =
        [
            .. runs.OfType<RunRecord<ThroughputCell>>().OrderByDescending(r => r.Name == Standard).SelectMany(r => r.Cells).Where(c =>
                c.ConnectionsPerSecond is not null
                && c is { Era: Era, Mode: Mode, Connections: Connections, Destinations: 1, WindowAddedNs: 0 }),
        ];
        return
        [
            name,
            Figures.Exact(runs[0].Machine.Cores),
            Loss(quick.FirstOrDefault(c => c.Era == "4.14")),
            Loss(quick.FirstOrDefault(c => c.Era == Era)),
            .. Designs.Select(design => $"{Speed(design, 1)} / {Speed(design, 2)}"),
            CoreToCore(runs),
        ];

        string Speed(string design, int threads) =>
            speeds.FirstOrDefault(c => c.Design == design && c.Threads == threads) is { ConnectionsPerSecond: { } value }
                ? Figures.Significant(value / 1e6)
                : TableLayout.NoValue;
    }

    private static string Loss(RaceCell? cell) => cell is null ? TableLayout.NoValue : RaceTables.ShortRate(cell) ?? TableLayout.NoValue;

    // Of the newest run that measured it: the smallest and the largest, which differ by an order of magnitude between sockets.
    private static string CoreToCore(IReadOnlyList<RunRecord> runs)
    {
        IReadOnlyList<IReadOnlyList<double?>> matrix = runs.Select(r => r.Machine.CoreToCoreNs).FirstOrDefault(m => m is not null) ?? [];
        double[] pairs = [.. matrix.SelectMany(row => row).OfType<double>().Order()];
        return pairs.Length == 0 ? TableLayout.NoValue
            : pairs[^1] - pairs[0] < 1 ? Figures.Significant(pairs[0])
            : $"{Figures.Significant(pairs[0])} to {Figures.Significant(pairs[^1])}";
    }
}
