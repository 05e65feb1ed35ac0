using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;

namespace NatAllocBench.Reports.Charts;

/// <summary>
/// The charts of a run: for each preset and series, and each parameter that takes several values in it, the figures that the parameter is
/// known to move, with a line for each combination of the other parameters.
/// </summary>
public static class RunCharts
{
    // More lines than this cannot be told apart: the rest go into further charts.
    private const int MaxLines = 12;

    // More values than this have no room for their labels: such a sweep is not charted.
    private const int MaxValues = 64;

    private const string SpeedNote = "Bars: 95 % intervals of the median. Hollow: fewer than 3 rounds.";

    // An interval of a median needs three values.
    private const int FewRounds = 3;

    internal static readonly ChartMetric<RaceCell> Rate = new(
        "rate", "insertion failures", "insert_failed (% of attempts)", IsLogarithmic: true,
        "Bars: 95 % intervals. Triangles: no failure, upper bound.",
        (c, x) => c is not { Rate: { } rate, RateLow: { } low, RateHigh: { } high } ? null
            : rate > 0 ? new ChartPoint(x, rate * 100, low * 100, high * 100) { IsThin = c.Trials < FewRounds }
            : new ChartPoint(x, null, null, high * 100));

    private static readonly ChartMetric<RaceCell> Probes = new(
        "probes", "probes", "tuples tested per connection", IsLogarithmic: true, "",
        (c, x) =>
            c.ProbesPerConnection is > 0 and { } probes ? new ChartPoint(x, probes, null, null) { IsThin = c.Trials < FewRounds } : null);

    private static readonly ChartMetric<RaceCell> RaceSpeed = new(
        "speed", "throughput", "million connections/s", IsLogarithmic: false, SpeedNote,
        (c, x) => c.IsPaced ? null : Speed(x, c.ConnectionsPerSecond, c.ConnectionsPerSecondLow, c.ConnectionsPerSecondHigh, c.Trials));

    private static readonly ChartMetric<ThroughputCell> TableSpeed = new(
        "speed", "throughput", "million connections/s", IsLogarithmic: false, SpeedNote,
        (c, x) => Speed(
            x, c.ConnectionsPerSecond, c.ConnectionsPerSecondLow, c.ConnectionsPerSecondHigh, c.PerRound?.ConnectionsPerSecond.Count));

    private static readonly ChartParameter<RaceCell>[] RaceParameters =
    [
        new("clients", "clients", "clients", "clients", c => c.Clients, [Rate]),
        new("windowAddedNs", "window", "added window", "wait added to the window (ns)", c => c.WindowAddedNs, [Rate]),
        new("occupancy", "occupancy", "occupancy", "occupancy of the port range at the start", c => c.Occupancy, [Rate, Probes]),
        new("destinations", "destinations", "destinations", "destinations", c => c.Destinations, [Rate]),
        new("pool", "pool", "pool addresses", "addresses in the pool", c => c.Pool, [Rate]),
        new("cpus", "cpus", "CPUs", "CPUs, each with one pinned worker", c => c.Cpus, [Rate, RaceSpeed]),
    ];

    private static readonly ChartParameter<ThroughputCell>[] ThroughputParameters =
    [
        new("threads", "threads", "CPUs", "CPUs, each with one pinned thread", c => c.Threads, [TableSpeed]),
        new("connections", "connections", "table size", "connections in the table", c => c.Connections, [TableSpeed]),
    ];

    /// <summary>The charts of a run.</summary>
    /// <returns>The charts in the order of the tables; none where no parameter takes several values.</returns>
    public static IReadOnlyList<Chart> Build(RunRecord run)
    {
        IEnumerable<Chart> charts = run switch
        {
            RunRecord<RaceCell> race => race.Cells.GroupBy(c => (c.Preset, c.Series))
                .SelectMany(g => OfSeries(RaceTables.Title(g.Key.Preset, g.Key.Series), [.. g])),
            RunRecord<ThroughputCell> throughput => Charts("throughput", throughput.Cells, Workload.Of, ThroughputParameters),
            RunRecord<ScenarioCell> { Preset: PriceCharts.Preset } prices => PriceCharts.Build(prices.Cells),
            _ => [],
        };
        return [.. charts.Select(chart => chart with { Source = RunSummary.Line(run) })];
    }

    private static IEnumerable<Chart> OfSeries(string name, RaceCell[] cells) =>
    [
        .. ModeCharts.Build(name, cells), .. Charts(name, cells, Workload.Of, RaceParameters), .. WindowCharts.Build(name, cells),
    ];

    private static IEnumerable<Chart> Charts<TCell>(
        string name, IReadOnlyList<TCell> cells, Func<TCell, Workload> workload, IEnumerable<ChartParameter<TCell>> parameters)
    {
        foreach (ChartParameter<TCell> parameter in parameters)
        {
            double[] values = [.. cells.Select(parameter.Value).OfType<double>().Distinct().Order()];
            HashSet<string> following = Following(cells, workload, parameter);
            foreach (ChartMetric<TCell> metric in values.Length is > 1 and <= MaxValues ? parameter.Metrics : [])
            {
                ChartLine[] lines = [.. Lines(cells, workload, parameter, metric, values, following)];
                ChartLine[][] pages = [.. lines.Chunk(MaxLines)];
                for (int page = 0; page < pages.Length; page++)
                {
                    (string slug, string title) = pages.Length == 1 ? ("", "") : ($"-{page + 1}", $" ({page + 1} of {pages.Length})");
                    yield return new Chart(
                        $"{ResultsStore.Slug(name)}-{metric.Slug}-{parameter.Slug}{slug}.svg",
                        $"{(name == metric.Title ? "" : $"{name}: ")}{metric.Title} against {parameter.ShortTitle}{title}",
                        string.Join(' ', [metric.Note, .. following.Select(name => $"With it changes: {name}.")]).Trim(), parameter.Title,
                        metric.YTitle, metric.IsLogarithmic, values, pages[page]);
                }
            }
        }
    }

    private static IEnumerable<ChartLine> Lines<TCell>(
        IReadOnlyList<TCell> cells,
        Func<TCell, Workload> workload,
        ChartParameter<TCell> parameter,
        ChartMetric<TCell> metric,
        double[] values,
        HashSet<string> following)
    {
        HashSet<string> across = [parameter.Name, .. following];
        var groups = cells
            .Where(c => parameter.Value(c) is not null)
            .GroupBy(c => workload(c).Without(across))
            .Select(g => (g.Key, Points: g
                .Select(c => metric.Point(c, Array.IndexOf(values, parameter.Value(c)!.Value)))
                .OfType<ChartPoint>().OrderBy(p => p.XIndex).ToArray()))
            .Where(g => g.Points.Length > 1)
            .ToArray();
        HashSet<string> constant = [.. groups.SelectMany(g => g.Key.Parameters).Distinct().GroupBy(p => p.Key)
            .Where(p => p.Count() == 1).Select(p => p.Key)];
        return groups.Select(g => new ChartLine(LineName(g.Key, constant), g.Points));
    }

    // The parameters that change with the swept one and with nothing else: a line runs through them too.
    private static HashSet<string> Following<TCell>(
        IReadOnlyList<TCell> cells, Func<TCell, Workload> workload, ChartParameter<TCell> parameter)
    {
        var settings = cells.Where(c => parameter.Value(c) is not null)
            .SelectMany(c => workload(c).Parameters.Where(p => p.Key != parameter.Name && p.Key is not ("era" or "mode" or "design"))
                .Select(p => (p.Key, p.Value, Swept: parameter.Value(c)!.Value)))
            .Distinct();
        return
        [
            .. settings.GroupBy(s => s.Key)
                .Where(g => g.Select(s => s.Value).Distinct().Count() > 1 && g.GroupBy(s => s.Swept).All(s => s.Count() == 1))
                .Select(g => g.Key),
        ];
    }

    private static string LineName(Workload workload, HashSet<string> constant)
    {
        string[] parts = [.. workload.Parameters.Where(p => !constant.Contains(p.Key))
            .Select(p => p.Key is "era" or "mode" or "design" or "arrival" or "system" or "protocol" ? p.Value : $"{p.Key} {p.Value}")];
        return parts.Length > 0 ? string.Join(' ', parts) : workload.Parameters.First(p => p.Key is "mode" or "design").Value;
    }

    private static ChartPoint? Speed(int x, double? value, double? low, double? high, int? rounds) =>
        value is { } v ? new ChartPoint(x, v / 1e6, low / 1e6, high / 1e6) { IsThin = rounds < FewRounds } : null;
}
