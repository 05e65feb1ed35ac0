using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Export;

/// <summary>A column: its name and where its value comes from, side by side, so that heading and rows cannot drift apart.</summary>
internal sealed record CsvColumn<TRow>(string Name, Func<TRow, object?> Value);

/// <summary>One trial or round of a cell.</summary>
internal sealed record RawRow<TRaw>(int Index, TRaw Raw);

/// <summary>The columns of each CSV file.</summary>
internal static class CsvColumns
{
    /// <summary>What every row of every file begins with.</summary>
    public static IReadOnlyList<string> Origin { get; } = ["machine", "run", "commit", "date", "cell", "key"];

    public static IReadOnlyList<CsvColumn<RaceCell>> Race { get; } =
    [
        new("preset", c => c.Preset),
        new("series", c => c.Series),
        new("system", c => c.System),
        new("era", c => c.Era),
        new("mode", c => c.Mode),
        new("protocol", c => c.Protocol),
        new("cpus", c => c.Cpus),
        new("clients", c => c.Clients),
        new("threads", c => c.Threads),
        new("destinations", c => c.Destinations),
        new("pool", c => c.Pool),
        new("portMin", c => c.PortMin),
        new("portMax", c => c.PortMax),
        new("occupancy", c => c.Occupancy),
        new("windowAddedNs", c => c.WindowAddedNs),
        new("pathTimeNs", c => c.PathTimeNs),
        new("fill", c => c.Fill),
        new("churnPerSecond", c => c.ChurnPerSecond),
        new("steadyEntries", c => c.SteadyEntries),
        new("steadyEntriesPredicted", c => c.SteadyEntriesPredicted),
        new("arrival", c => c.Arrival),
        new("sourcePorts", c => c.SourcePorts),
        new("trials", c => c.Trials),
        new("attempts", c => c.Attempts),
        new("confirmed", c => c.Confirmed),
        new("insertFailed", c => c.InsertFailed),
        new("failedKeepPort", c => c.FailedKeepPort),
        new("failedSearch", c => c.FailedSearch),
        new("failedExhausted", c => c.FailedExhausted),
        new("failedChain", c => c.FailedChain),
        new("clashResolved", c => c.ClashResolved),
        new("rate", c => c.Rate),
        new("rateLow", c => c.RateLow),
        new("rateHigh", c => c.RateHigh),
        new("predictedRate", c => c.PredictedRate),
        new("notPredicted", c => c.NotPredicted),
        new("rateMethod", c => c.RateMethod),
        new("connectionsPerSecond", c => c.ConnectionsPerSecond),
        new("connectionsPerSecondLow", c => c.ConnectionsPerSecondLow),
        new("connectionsPerSecondHigh", c => c.ConnectionsPerSecondHigh),
        new("slowestWorkerConnectionsPerSecond", c => c.SlowestWorkerConnectionsPerSecond),
        new("fastestWorkerConnectionsPerSecond", c => c.FastestWorkerConnectionsPerSecond),
        new("pingPongNs", c => c.PingPongNs),
        new("referenceNs", c => c.ReferenceNs),
        new("probesPerConnection", c => c.ProbesPerConnection),
        new("foundPerConnection", c => c.FoundPerConnection),
        new("lockWaitNs", c => c.LockWaitNs),
        new("windowP50Ns", c => c.WindowP50Ns),
        new("windowP99Ns", c => c.WindowP99Ns),
        new("pairDistanceP50Ns", c => c.PairDistanceP50Ns),
        new("pairDistanceP99Ns", c => c.PairDistanceP99Ns),
        new("connectP50Ns", c => c.ConnectP50Ns),
        new("connectP99Ns", c => c.ConnectP99Ns),
        new("missing", c => c.Missing),
    ];

    public static IReadOnlyList<CsvColumn<RawRow<RaceTrials>>> Trials { get; } =
    [
        new("trial", r => r.Index),
        new("attempts", r => r.Raw.Attempts[r.Index]),
        new("insertFailed", r => r.Raw.InsertFailed[r.Index]),
        new("failedKeepPort", r => r.Raw.FailedKeepPort?[r.Index]),
        new("failedSearch", r => r.Raw.FailedSearch?[r.Index]),
        new("failedExhausted", r => r.Raw.FailedExhausted?[r.Index]),
        new("failedChain", r => r.Raw.FailedChain?[r.Index]),
        new("connectionsPerSecond", r => r.Raw.ConnectionsPerSecond?[r.Index]),
        new("slowestWorkerConnectionsPerSecond", r => r.Raw.SlowestWorkerConnectionsPerSecond?[r.Index]),
        new("fastestWorkerConnectionsPerSecond", r => r.Raw.FastestWorkerConnectionsPerSecond?[r.Index]),
        new("probes", r => r.Raw.Probes?[r.Index]),
        new("found", r => r.Raw.Found?[r.Index]),
        new("seeds", r => r.Raw.Seeds?[r.Index]),
    ];

    public static IReadOnlyList<CsvColumn<ThroughputCell>> Throughput { get; } =
    [
        new("design", c => c.Design),
        new("era", c => c.Era),
        new("mode", c => c.Mode),
        new("threads", c => c.Threads),
        new("connections", c => c.Connections),
        new("destinations", c => c.Destinations),
        new("windowAddedNs", c => c.WindowAddedNs),
        new("connectionsPerSecond", c => c.ConnectionsPerSecond),
        new("connectionsPerSecondLow", c => c.ConnectionsPerSecondLow),
        new("connectionsPerSecondHigh", c => c.ConnectionsPerSecondHigh),
        new("best", c => c.Best),
        new("bytesPerConnection", c => c.BytesPerConnection),
        new("allocatedBytesPerConnection", c => c.AllocatedBytesPerConnection),
        new("pingPongNs", c => c.PingPongNs),
        new("tearDownPerSecond", c => c.TearDownPerSecond),
        new("expiredPerSecond", c => c.ExpiredPerSecond),
        new("probesPerConnection", c => c.ProbesPerConnection),
        new("clashesPer1000", c => c.ClashesPer1000),
        new("shortPathShare", c => c.ShortPathShare),
        new("collectionsPerRound", c => c.CollectionsPerRound),
        new("droppedRounds", c => c.DroppedRounds),
        new("otherPlacementRounds", c => c.OtherPlacementRounds),
        new("fairness", c => c.Fairness),
        new("missing", c => c.Missing),
    ];

    public static IReadOnlyList<CsvColumn<ComparisonCell>> Comparison { get; } =
    [
        new("system", c => c.System),
        new("experiment", c => c.Experiment),
        new("quantity", c => c.Quantity),
        new("era", c => c.Era),
        new("mode", c => c.Mode),
        new("protocol", c => c.Protocol),
        new("parameters", c => c.Parameters),
        new("kernel", c => c.Kernel),
        new("kernelLow", c => c.KernelLow),
        new("kernelHigh", c => c.KernelHigh),
        new("kernelCount", c => c.KernelCount),
        new("model", c => c.Model),
        new("modelLow", c => c.ModelLow),
        new("modelHigh", c => c.ModelHigh),
        new("modelMethod", c => c.ModelMethod),
        new("difference", c => c.Difference),
        new("agrees", c => c.Agrees),
        new("test", c => c.Test),
        new("missing", c => c.Missing),
    ];

    public static IReadOnlyList<CsvColumn<ScenarioCell>> Scenario { get; } =
    [
        new("table", c => c.Table),
        new("era", c => c.Era),
        new("mode", c => c.Mode),
        // The tables of a run differ in their parameters: one column holds them all.
        new("parameters", c => string.Join("; ", c.Parameters.Select(p => $"{p.Key}={p.Value}"))),
        new("attempts", c => c.Attempts),
        new("trials", c => c.Trials),
        new("missing", c => c.Missing),
    ];

    public static IReadOnlyList<CsvColumn<ScenarioFigure>> Figures { get; } =
    [
        new("name", r => r.Name),
        new("isShare", r => r.IsShare),
        new("measured", r => r.Measured),
        new("low", r => r.Low),
        new("high", r => r.High),
        new("predicted", r => r.Predicted),
        new("law", r => r.Law),
        new("agrees", r => r.Agrees),
    ];

    public static IReadOnlyList<CsvColumn<ExploreCell>> Explore { get; } =
    [
        new("era", c => c.Era),
        new("design", c => c.Design),
        new("scenario", c => c.Scenario),
        new("connections", c => c.Connections),
        new("memory", c => c.Memory),
        new("complete", c => c.Complete),
        new("preemptions", c => c.Preemptions),
        new("executions", c => c.Executions),
        new("blocked", c => c.Blocked),
        new("seconds", c => c.Seconds),
    ];

    public static IReadOnlyList<CsvColumn<ExploreOutcome>> Outcomes { get; } =
    [
        new("outcome", o => o.Outcome),
        new("verdict", o => o.Verdict),
        new("executions", o => o.Executions),
        new("preemptions", o => o.Preemptions),
        new("replay", o => o.Replay),
    ];

    public static IReadOnlyList<CsvColumn<RawRow<ThroughputRounds>>> Rounds { get; } =
    [
        new("round", r => r.Index),
        new("connectionsPerSecond", r => r.Raw.ConnectionsPerSecond[r.Index]),
        new("tearDownPerSecond", r => OfRound(r.Raw.TearDownPerSecond, r)),
        new("expiredPerSecond", r => OfRound(r.Raw.ExpiredPerSecond, r)),
        new("pingPongNs", r => OfRound(r.Raw.PingPongNs, r)),
        new("process", r => r.Raw.Process?[r.Index]),
    ];

    // A list that lacks some rounds does not say which.
    private static double? OfRound(IReadOnlyList<double>? values, RawRow<ThroughputRounds> row) =>
        values?.Count == row.Raw.ConnectionsPerSecond.Count ? values[row.Index] : null;
}
