using System.Globalization;
using System.Text;
using System.Text.Json;
using NatAllocBench.Node.Recordings;
using NatAllocBench.Node.Reports;

namespace NatAllocBench.Node.Replaying;

/// <summary>Recordings replayed through several gateways, the configured one first.</summary>
/// <param name="Rows">A row for each gateway.</param>
/// <param name="Witnessed">Losses that the recordings show; null if they cannot show any.</param>
/// <param name="WitnessedAs">What such a loss is.</param>
/// <param name="Remarks">What the reader must know.</param>
/// <param name="Seeds">Seeds of each range.</param>
public sealed record ReplayAnswer(IReadOnlyList<ReplayRow> Rows, long? Witnessed, string WitnessedAs, IReadOnlyList<string> Remarks,
    int Seeds)
{
    private static readonly JsonSerializerOptions Options =
        new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Replays.</summary>
    /// <param name="recordings">Recordings of one gateway; each begins with an empty table.</param>
    /// <param name="gateways">The configured gateway and the others.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told the name of each gateway before it is replayed.</param>
    public static ReplayAnswer Of(
        IReadOnlyList<Recording> recordings, IReadOnlyList<WhatIf> gateways, ReplayOptions options, Action<string> progress)
    {
        ArgumentNullException.ThrowIfNull(recordings);
        ArgumentNullException.ThrowIfNull(gateways);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(progress);
        var rows = new List<ReplayRow>();
        foreach (WhatIf gateway in gateways)
        {
            progress(gateway.Name);
            rows.Add(ReplayRow.Of(gateway, recordings, options));
        }

        return new ReplayAnswer(
            rows, recordings.All(recording => recording.Witnessed is not null) ? recordings.Sum(recording => recording.Witnessed) : null,
            recordings[0].WitnessedAs, [.. recordings.SelectMany(recording => recording.Remarks).Distinct()], options.Seeds);
    }

    /// <summary>Whether the configured gateway fails as often as was witnessed, within its range.</summary>
    public bool Agrees => Witnessed is not { } witnessed
        || (witnessed >= Math.Floor(Rows[0].Least) && witnessed <= Math.Ceiling(Rows[0].Most));

    /// <summary>The answer for people.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        text.Append(TextTable.Of(
            ["gateway", $"would have failed [{Seeds} seeds]", "share", "kept port", "search", "exhausted", "chain", "probes p50", "p99",
                "ports kept", "addresses", "r max"],
            Rows.Select((row, i) => (IReadOnlyList<string>)
            [
                i == 0 ? $"{row.Name} (as configured)" : row.Name,
                string.Create(CultureInfo.InvariantCulture, $"{Whole(row.Mean)} [{Whole(row.Least)}, {Whole(row.Most)}]"),
                Figures.Percent(row.Mean / row.Connections),
                Figures.Number(row.KeptPort),
                Figures.Number(row.Search),
                Figures.Number(row.Exhausted),
                Figures.Number(row.Chain),
                Figures.Number(row.ProbesP50),
                Figures.Number(row.ProbesP99),
                Figures.Percent(row.KeptShare),
                Figures.Number(row.AddressesUsed),
                Figures.Percent(row.HighestLoad),
            ])));
        text.Append(CultureInfo.InvariantCulture, $"{Rows[0].Connections:N0} connections\n");
        text.Append(Verdict()).Append('\n');
        foreach (string remark in Remarks)
        {
            text.Append("- ").Append(remark).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The answer for programs.</summary>
    public string Json() => JsonSerializer.Serialize(new { Rows, Witnessed, WitnessedAs, Agrees, Remarks, Seeds }, Options) + "\n";

    private string Verdict()
    {
        string witnessed = Witnessed switch
        {
            null => "witnessed: this kind of recording shows no losses",
            { } losses when Agrees => string.Create(CultureInfo.InvariantCulture,
                $"witnessed: {losses:N0} {WitnessedAs}, inside the configured gateway's range"),
            { } losses => string.Create(
                CultureInfo.InvariantCulture,
                $"witnessed: {losses:N0} {WitnessedAs}, outside the configured gateway's range: something else loses connections, or the "
                    + $"setup was another; no gateway is recommended"),
        };
        return Rows.Count > 1 && Agrees && Rows.Skip(1).MinBy(row => row.Most) is { } best && best.Most < Rows[0].Least
            ? $"{witnessed}\nminimum of failures: {best.Name}"
            : witnessed;
    }

    private static string Whole(double count) =>
        count.ToString(count is > 0 and < 10 && count != Math.Floor(count) ? "0.#" : "N0", CultureInfo.InvariantCulture);
}
