using System.Globalization;
using System.Text;

namespace NatAllocBench.Reporting;

/// <summary>
/// Race cells as OpenMetrics text 1.0, under the names that node_exporter's conntrack collector gives the kernel's counters, so that the
/// dashboards and alerts of a node can be tried on a run.
/// </summary>
/// <remarks>
/// The kernel's counters are node_exporter gauges without the suffix <c>_total</c>; the types follow that. A counter that the run did not
/// keep is left out, never 0. The parameters of the workload are labels.
/// </remarks>
public static class OpenMetricsExport
{
    private static readonly Family[] Families =
    [
        new("node_nf_conntrack_stat_found", "Searched entries which were successful.", c => c.FoundPerConnection * c.Attempts),
        new("node_nf_conntrack_stat_insert_failed", "Entries for which list insertion was attempted but failed.", c => c.InsertFailed),
        new("nat_alloc_attempts", "Connections tried.", c => c.Attempts),
        new("nat_alloc_confirmed", "Connections inserted into the table.", c => c.Confirmed),
        new("nat_alloc_insert_failed_ratio", "Share of connections that failed to be inserted.", c => c.Rate),
        new("nat_alloc_insert_failed_ratio_low", "Lower end of the 95 % interval of the share.", c => c.RateLow),
        new("nat_alloc_insert_failed_ratio_high", "Upper end of the 95 % interval of the share.", c => c.RateHigh),
        new("nat_alloc_connections_per_second", "Connections per second, median over the trials.", c => c.ConnectionsPerSecond),
    ];

    /// <summary>The metrics of a run.</summary>
    /// <param name="run">A race run.</param>
    /// <returns>OpenMetrics text that ends with <c># EOF</c>; without samples for other runs.</returns>
    public static string Text(RunRecord run)
    {
        IReadOnlyList<RaceCell> cells = run is RunRecord<RaceCell> race ? race.Cells : [];
        StringBuilder text = new();
        foreach (Family family in Families)
        {
            (string Labels, double Value)[] samples = [.. cells
                .Select(c => (Labels(c), Value: family.Value(c)))
                .Where(s => s.Value is not null)
                .Select(s => (s.Item1, s.Value!.Value))];
            if (samples.Length > 0)
            {
                _ = text.Append(CultureInfo.InvariantCulture, $"# TYPE {family.Name} gauge\n# HELP {family.Name} {family.Help}\n");
                foreach ((string labels, double value) in samples)
                {
                    _ = text.Append(CultureInfo.InvariantCulture, $"{family.Name}{{{labels}}} {value}\n");
                }
            }
        }

        return text.Append("# EOF\n").ToString();
    }

    private static string Labels(RaceCell cell) => string.Join(
        ',', Workload.Of(cell).Parameters.Select(p => $"{SnakeCase(p.Key)}=\"{Escape(p.Key == "system" ? cell.System : p.Value)}\""));

    private static string SnakeCase(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterUpper(c) ? $"_{char.ToLowerInvariant(c)}" : c.ToString()));

    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);

    private sealed record Family(string Name, string Help, Func<RaceCell, double?> Value);
}
