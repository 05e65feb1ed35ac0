using System.Globalization;

namespace NatAllocBench.Results.Model;

/// <summary>
/// The parameters of a cell that make it comparable with a cell of another run: equal workloads were given the same work to do.
/// </summary>
public sealed record Workload
{
    private readonly IReadOnlyList<KeyValuePair<string, string>> _parameters;

    private Workload(IEnumerable<(string Name, string? Value)> parameters) =>
        _parameters = [.. parameters.Where(p => p.Value is not null).Select(p => KeyValuePair.Create(p.Name, p.Value!))];

    /// <summary>The parameters by name, in the order of the run format.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parameters => _parameters;

    /// <summary>The names of all parameters of the cells that can be compared, and of the options that change their work.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "preset", "series", "system", "era", "mode", "protocol", "cpus", "clients", "threads", "destinations", "pool", "portMin", "portMax",
        "occupancy", "windowAddedNs", "pathTimeNs", "churnPerSecond", "arrival", "sourcePorts", "design", "connections", "fill",
    ];

    /// <summary>The workload of a race cell. Releases of a live kernel count as one system, so that kernels can be compared.</summary>
    /// <returns>Its parameters.</returns>
    public static Workload Of(RaceCell cell) => new(
    [
        ("preset", cell.Preset),
        ("series", cell.Series),
        ("system", cell.System.StartsWith("linux-", StringComparison.Ordinal) ? "linux" : cell.System),
        ("era", cell.Era),
        ("mode", cell.Mode),
        ("protocol", cell.Protocol),
        ("cpus", Text(cell.Cpus)),
        ("clients", Text(cell.Clients)),
        ("threads", Text(cell.Threads)),
        ("destinations", Text(cell.Destinations)),
        ("pool", Text(cell.Pool)),
        ("portMin", Text(cell.PortMin)),
        ("portMax", Text(cell.PortMax)),
        ("occupancy", Text(cell.Occupancy)),
        ("windowAddedNs", Text(cell.WindowAddedNs)),
        ("pathTimeNs", Text(cell.PathTimeNs)),
        ("fill", cell.Fill),
        ("churnPerSecond", Text(cell.ChurnPerSecond)),
        ("arrival", cell.Arrival),
        ("sourcePorts", cell.SourcePorts),
    ]);

    /// <summary>The workload of a throughput cell.</summary>
    /// <returns>Its parameters.</returns>
    public static Workload Of(ThroughputCell cell) => new(
    [
        ("design", cell.Design),
        ("era", cell.Era),
        ("mode", cell.Mode),
        ("threads", Text(cell.Threads)),
        ("connections", Text(cell.Connections)),
        ("destinations", Text(cell.Destinations)),
        ("windowAddedNs", Text(cell.WindowAddedNs)),
    ]);

    /// <summary>The workload of a scenario cell.</summary>
    /// <returns>Its parameters.</returns>
    public static Workload Of(ScenarioCell cell) => new(
    [
        ("table", cell.Table),
        ("era", cell.Era),
        ("mode", cell.Mode),
        .. cell.Parameters.Select(p => (p.Key, (string?)p.Value)),
    ]);

    /// <summary>The workload of a comparison between kernel and model.</summary>
    /// <returns>Its parameters.</returns>
    public static Workload Of(ComparisonCell cell) => new(
    [
        ("experiment", cell.Experiment),
        ("quantity", cell.Quantity),
        ("era", cell.Era),
        ("mode", cell.Mode),
        ("protocol", cell.Protocol),
        ("parameters", cell.Parameters),
    ]);

    /// <summary>The workload of a cell of an exploration.</summary>
    /// <param name="cell">The cell.</param>
    /// <returns>Its parameters.</returns>
    public static Workload Of(ExploreCell cell) => new(
    [
        ("design", cell.Design),
        ("era", cell.Era),
        ("scenario", cell.Scenario),
        ("connections", Text(cell.Connections)),
        ("memory", cell.Memory),
    ]);

    /// <summary>The workloads of a run's cells, in their order.</summary>
    /// <returns>One workload per cell.</returns>
    public static IReadOnlyList<Workload> Of(RunRecord run) => run switch
    {
        RunRecord<RaceCell> race => [.. race.Cells.Select(Of)],
        RunRecord<ThroughputCell> throughput => [.. throughput.Cells.Select(Of)],
        RunRecord<ScenarioCell> scenario => [.. scenario.Cells.Select(Of)],
        RunRecord<ComparisonCell> comparison => [.. comparison.Cells.Select(Of)],
        RunRecord<ExploreCell> explored => [.. explored.Cells.Select(Of)],
        _ => throw new ArgumentException($"no workloads in a run of {run.GetType().Name}", nameof(run)),
    };

    /// <summary>The workload without some parameters, for a comparison across them.</summary>
    /// <param name="names">Names of parameters, as in the run format.</param>
    /// <returns>The rest.</returns>
    public Workload Without(IReadOnlySet<string> names) =>
        new(_parameters.Where(p => !names.Contains(p.Key)).Select(p => (p.Key, (string?)p.Value)));

    /// <summary>Whether the other workload has the same parameters.</summary>
    /// <param name="other">The other workload.</param>
    /// <returns>True when names and values agree.</returns>
    public bool Equals(Workload? other) => other is not null && _parameters.SequenceEqual(other._parameters);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (KeyValuePair<string, string> parameter in _parameters)
        {
            hash.Add(parameter);
        }

        return hash.ToHashCode();
    }

    /// <summary>The parameters as <c>name=value</c>, separated by spaces.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => string.Join(' ', _parameters.Select(p => $"{p.Key}={p.Value}"));

    private static string? Text(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture);
}
