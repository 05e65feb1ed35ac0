using System.Globalization;
using System.Text;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Export;

/// <summary>
/// Cells as OpenMetrics text 1.0. All names begin with <c>nat_alloc_</c>, so that no alert on a real node fires; on request the kernel's
/// counters have the names that node_exporter's conntrack collector gives them, for a trial of a node's dashboards and alerts.
/// </summary>
/// <remarks>
/// node_exporter makes gauges of the kernel's counters, without the suffix <c>_total</c>, and adds all CPUs up; types and sums follow that.
/// A counter that the run did not keep is left out, never 0. Labels are machine, processor, run and commit, and the parameters of the
/// workload; the time stamp of every sample is the run's start in whole seconds. promtool imports no sample without one, and
/// prometheus-net, which writes the textfile of <c>diagnose</c>, gives samples none: so this text is written here.
/// </remarks>
public static class OpenMetricsExport
{
    private const string OwnCounter = "nat_alloc_conntrack_stat_";

    private static readonly Family<RaceCell>[] RaceFamilies =
    [
        Counter("found", "Number of searched entries which were successful.", c => c.FoundPerConnection * c.Attempts),
        Counter("invalid", "Number of packets seen which can not be tracked."),
        Counter("ignore", "Number of packets seen which are already connected to a conntrack entry."),
        Counter("insert", "Number of entries inserted into the list."),
        Counter("insert_failed", "Number of entries for which list insertion was attempted but failed.", c => c.InsertFailed),
        Counter("drop", "Number of packets dropped due to conntrack failure."),
        Counter("early_drop", "Number of dropped conntrack entries to make room for new ones, if maximum table size was reached."),
        Counter("search_restart", "Number of conntrack table lookups which had to be restarted due to hashtable resizes."),
        new("nat_alloc_attempts", "Connections tried.", c => c.Attempts),
        new("nat_alloc_confirmed", "Connections inserted into the table.", c => c.Confirmed),
        new("nat_alloc_insert_failed_ratio", "Share of connections that failed to be inserted.", c => c.Rate),
        new("nat_alloc_insert_failed_ratio_low", "Lower end of the 95 % interval of the share.", c => c.RateLow),
        new("nat_alloc_insert_failed_ratio_high", "Upper end of the 95 % interval of the share.", c => c.RateHigh),
        new(
            "nat_alloc_connections_per_second",
            "Connections per second, median over the trials of clients that are not paced.",
            c => c.IsPaced ? null : c.ConnectionsPerSecond),
    ];

    private static readonly Family<ThroughputCell>[] ThroughputFamilies =
    [
        new("nat_alloc_connections_per_second", "Connections per second, median over the rounds.", c => c.ConnectionsPerSecond),
        new("nat_alloc_bytes_per_connection", "Memory per connection at full table.", c => c.BytesPerConnection),
    ];

    /// <summary>The metrics of a run as text.</summary>
    /// <param name="run">A race or throughput run.</param>
    /// <param name="asNodeExporter">Whether the kernel's counters have node_exporter's names.</param>
    /// <returns>OpenMetrics text that ends with <c># EOF</c>.</returns>
    /// <exception cref="RunFormatException">A run without metrics, or without counters that a node would export.</exception>
    public static string Text(RunRecord run, bool asNodeExporter = false)
    {
        long seconds = Provenance.Of(run).StartedUtc.ToUnixTimeSeconds();
        StringBuilder text = new();
        foreach (Metric metric in Metrics(run, asNodeExporter))
        {
            _ = text.Append(CultureInfo.InvariantCulture, $"# TYPE {metric.Name} gauge\n# HELP {metric.Name} {metric.Help}\n");
            foreach (MetricSample sample in metric.Samples)
            {
                string labels = string.Join(',', sample.Labels.Select(label => $"{label.Key}=\"{Escape(label.Value)}\""));
                _ = text.Append(CultureInfo.InvariantCulture, $"{metric.Name}{{{labels}}} {sample.Value} {seconds}\n");
            }
        }

        return text.Append("# EOF\n").ToString();
    }

    /// <summary>The metrics of a run.</summary>
    /// <param name="run">A race or throughput run.</param>
    /// <param name="asNodeExporter">Whether the kernel's counters have node_exporter's names.</param>
    /// <returns>Those that have samples.</returns>
    /// <exception cref="RunFormatException">A run without metrics, or without counters that a node would export.</exception>
    public static IReadOnlyList<Metric> Metrics(RunRecord run, bool asNodeExporter) => run switch
    {
        RunRecord<RaceCell> race =>
            Metrics(run, race.Cells, asNodeExporter ? RaceFamilies.Select(AsNodeExporter) : RaceFamilies, Parameters),
        RunRecord<ThroughputCell> when asNodeExporter =>
            throw new RunFormatException("a throughput run has no counters that node_exporter has; leave --as-node-exporter out"),
        RunRecord<ThroughputCell> throughput => Metrics(run, throughput.Cells, ThroughputFamilies, c => Workload.Of(c).Parameters),
        _ => throw new RunFormatException($"a {run.Command} run has no metrics; export it as csv"),
    };

    private static IReadOnlyList<Metric> Metrics<TCell>(
        RunRecord run,
        IReadOnlyList<TCell> cells,
        IEnumerable<Family<TCell>> families,
        Func<TCell, IEnumerable<KeyValuePair<string, string>>> parameters)
    {
        Provenance from = Provenance.Of(run);
        KeyValuePair<string, string>[] origin =
        [
            new("machine", from.Machine), new("cpu_model", from.CpuModel), new("run", from.Run), new("commit", from.Commit ?? "unknown"),
        ];
        return
        [
            .. families.Select(family => new Metric(family.Name, family.Help, [.. cells.Where(c => family.Value(c) is not null).Select(c =>
                new MetricSample(
                    [.. origin, .. parameters(c).Select(p => KeyValuePair.Create(SnakeCase(p.Key), p.Value))], family.Value(c)!.Value))]))
                .Where(metric => metric.Samples.Count > 0),
        ];
    }

    // Runs from before the counters were kept know some of them from elsewhere.
    private static Family<RaceCell> Counter(string name, string help, Func<RaceCell, double?>? known = null) => new(
        OwnCounter + name,
        help,
        c => c.Counters is { Count: > 0 } counters ? Sum(counters, name) : known?.Invoke(c));

    private static double? Sum(IReadOnlyList<CpuCounters> cpus, string name)
    {
        long[] values = [.. cpus.SelectMany(cpu => cpu.Named()).Where(counter => counter.Name == name).Select(counter => counter.Value)];
        return values.Length > 0 ? values.Sum(value => (double)value) : null;
    }

    // The release of a live kernel is no part of the workload, but tells its samples apart.
    private static IEnumerable<KeyValuePair<string, string>> Parameters(RaceCell cell) =>
        Workload.Of(cell).Parameters.Select(p => p.Key == "system" ? KeyValuePair.Create(p.Key, cell.System) : p);

    private static Family<RaceCell> AsNodeExporter(Family<RaceCell> family) => family.Name.StartsWith(OwnCounter, StringComparison.Ordinal)
        ? family with { Name = $"node_nf_conntrack_stat_{family.Name[OwnCounter.Length..]}" }
        : family;

    private static string SnakeCase(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterUpper(c) ? $"_{char.ToLowerInvariant(c)}" : c.ToString()));

    private static string Escape(string value) => PlainText.OneLine(value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal));

    private sealed record Family<TCell>(string Name, string Help, Func<TCell, double?> Value);
}
