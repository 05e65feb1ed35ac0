using System.Text.Json.Serialization;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Results.Model;

/// <summary>
/// One measured cell of a race: a workload, the counts over its trials and what follows from them. A value that does not exist is
/// null, never 0. Rates are shares of <see cref="Attempts"/> from 0 to 1.
/// </summary>
public sealed record RaceCell
{
    /// <summary>The series of the presets that a fixed pair of CPUs races, the same on every machine.</summary>
    public const string FixedPairSeries = "fixed pair";

    /// <summary>How <see cref="Missing"/> begins where the workers ran together too seldom for a rate.</summary>
    public const string DisturbedWord = "disturbed";

    /// <summary>The preset that asked for the cell.</summary>
    public string? Preset { get; init; }

    /// <summary>The part of the preset that the cell belongs to (for example <c>window sweep</c>); each gets its own table.</summary>
    public string? Series { get; init; }

    /// <summary>
    /// What was raced: <c>model</c>, <c>what-if DESIGN</c> for a design that no kernel has, or <c>linux-RELEASE</c> for a live kernel.
    /// </summary>
    public required string System { get; init; }

    /// <summary>Whether the model was raced with a design that no kernel has.</summary>
    [JsonIgnore]
    public bool IsWhatIf => System.StartsWith("what-if ", StringComparison.Ordinal);

    /// <summary>Whether it has no rate because the workers ran together too seldom.</summary>
    [JsonIgnore]
    public bool IsDisturbed => Missing?.StartsWith(DisturbedWord, StringComparison.Ordinal) == true;

    /// <summary>Where it was raced, in the words of a chart or a sentence.</summary>
    [JsonIgnore]
    public string Place => System == "model" ? $"era {Era}" : IsWhatIf ? $"{System}, era {Era}" : System;

    /// <summary>The kernel era, for example <c>4.14</c>.</summary>
    public required string Era { get; init; }

    /// <summary>The allocation mode, for example <c>random-fully</c>.</summary>
    public required string Mode { get; init; }

    /// <summary>The layer 4 protocol, <c>tcp</c> or <c>udp</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>Pinned workers, each standing for a CPU's softirq.</summary>
    public required int Cpus { get; init; }

    /// <summary>Clients (containers) multiplexed onto the workers.</summary>
    public required int Clients { get; init; }

    /// <summary>Connecting threads of each client; null where it does not apply.</summary>
    public int? Threads { get; init; }

    /// <summary>Destinations that the clients connect to.</summary>
    public required int Destinations { get; init; }

    /// <summary>Addresses in the masquerading pool.</summary>
    public int? Pool { get; init; }

    /// <summary>The lowest port of the range, inclusive.</summary>
    public int? PortMin { get; init; }

    /// <summary>The highest port of the range, inclusive.</summary>
    public int? PortMax { get; init; }

    /// <summary>The share of the range in TIME_WAIT at the start, 0 to 1.</summary>
    public double? Occupancy { get; init; }

    /// <summary>The busy wait added between allocation and confirm, in nanoseconds.</summary>
    public double? WindowAddedNs { get; init; }

    /// <summary>The work of a packet before its port is chosen, in nanoseconds; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? PathTimeNs { get; init; }

    /// <summary>
    /// How the entries that stand at the start came about, for example <c>fixed</c>; null where it is <c>self</c>, or none stand.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Fill { get; init; }

    /// <summary>New connections per second of the virtual clock in a steady state; null where nothing closes.</summary>
    public double? ChurnPerSecond { get; init; }

    /// <summary>Entries in the table in the steady state, the mean of the trials' ends; null without one.</summary>
    public double? SteadyEntries { get; init; }

    /// <summary>The same by Little's law: the rate times the time that a connection stands.</summary>
    public double? SteadyEntriesPredicted { get; init; }

    /// <summary>How connections arrive, for example <c>closed</c>, <c>burst</c>, <c>pairs</c>.</summary>
    public string? Arrival { get; init; }

    /// <summary>How clients choose source ports, for example <c>kernel</c>, <c>shared</c>, <c>fixed</c>.</summary>
    public string? SourcePorts { get; init; }

    /// <summary>Finished trials.</summary>
    public int? Trials { get; init; }

    /// <summary>Connections tried over all trials: <see cref="Confirmed"/> plus <see cref="InsertFailed"/>.</summary>
    public long? Attempts { get; init; }

    /// <summary>Connections that are in the table.</summary>
    public long? Confirmed { get; init; }

    /// <summary>Connections that failed to be inserted; the four parts below add up to it where they are known.</summary>
    public long? InsertFailed { get; init; }

    /// <summary>Failures in which the loser had kept its own source port, free when it looked.</summary>
    public long? FailedKeepPort { get; init; }

    /// <summary>Failures in which the loser had found its port by a search, free when it looked.</summary>
    public long? FailedSearch { get; init; }

    /// <summary>Failures after a search that ended on a tuple known to be taken.</summary>
    public long? FailedExhausted { get; init; }

    /// <summary>Failures because a hash chain was too long.</summary>
    public long? FailedChain { get; init; }

    /// <summary>Packets that clashed with one of the same flow and were merged with it (clash_resolve): no failure.</summary>
    public long? ClashResolved { get; init; }

    /// <summary>The failure rate, <see cref="InsertFailed"/> over <see cref="Attempts"/>.</summary>
    public double? Rate { get; init; }

    /// <summary>The lower end of the rate's 95 % interval.</summary>
    public double? RateLow { get; init; }

    /// <summary>The upper end of the rate's 95 % interval.</summary>
    public double? RateHigh { get; init; }

    /// <summary>The failure rate by the closed form, from the windows that were measured; null where none applies.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? PredictedRate { get; init; }

    /// <summary>Why no closed form applies; null where one does, and in runs from before there was one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NotPredicted { get; init; }

    /// <summary>How the interval was computed; see <see cref="FailureRate"/>.</summary>
    public string? RateMethod { get; init; }

    /// <summary>
    /// The over-dispersion of the neighbouring cells, at least 1, on which the bound of a cell without failures rests; null where none is
    /// known, and the bound is one for independent attempts.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? NeighboursOverdispersion { get; init; }

    /// <summary>
    /// Connections per second over all workers, the median of the trials, or of the processes' medians where there are several.
    /// </summary>
    public double? ConnectionsPerSecond { get; init; }

    /// <summary>The lower end of the median's 95 % interval.</summary>
    public double? ConnectionsPerSecondLow { get; init; }

    /// <summary>The upper end of the median's 95 % interval.</summary>
    public double? ConnectionsPerSecondHigh { get; init; }

    /// <summary>Connections per second of the slowest worker, the median of the trials.</summary>
    public double? SlowestWorkerConnectionsPerSecond { get; init; }

    /// <summary>Connections per second of the fastest worker, the median of the trials.</summary>
    public double? FastestWorkerConnectionsPerSecond { get; init; }

    /// <summary>Tuples tested per connection.</summary>
    public double? ProbesPerConnection { get; init; }

    /// <summary>Tested tuples that were taken, per connection.</summary>
    public double? FoundPerConnection { get; init; }

    /// <summary>Time that a connection waited for the system's mutex, in nanoseconds, the mean; null where it has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? LockWaitNs { get; init; }

    /// <summary>Median time from the allocator's last probe to the visible insertion, in nanoseconds.</summary>
    public double? WindowP50Ns { get; init; }

    /// <summary>99th percentile of the same window, in nanoseconds.</summary>
    public double? WindowP99Ns { get; init; }

    /// <summary>Median time between the two allocations of a colliding pair, in nanoseconds.</summary>
    public double? PairDistanceP50Ns { get; init; }

    /// <summary>99th percentile of that distance, in nanoseconds.</summary>
    public double? PairDistanceP99Ns { get; init; }

    /// <summary>The window's whole distribution, shortest to longest.</summary>
    public IReadOnlyList<PercentilePoint>? WindowCurve { get; init; }

    /// <summary>How often which window was measured, over all trials; null in runs from before the histogram was kept.</summary>
    public TimeHistogram? WindowHistogram { get; init; }

    /// <summary>The pair distance's whole distribution, shortest to longest; null without a collision.</summary>
    public IReadOnlyList<PercentilePoint>? PairDistanceCurve { get; init; }

    /// <summary>The kernel's conntrack counters of each CPU; null in runs from before they were kept.</summary>
    public IReadOnlyList<CpuCounters>? Counters { get; init; }

    /// <summary>Failed insertions of each client, where there are at most 256 clients.</summary>
    public IReadOnlyList<long>? FailedByClient { get; init; }

    /// <summary>Shares of connections delayed by SYN retransmission, by delay.</summary>
    public IReadOnlyList<DelayedShare>? Delayed { get; init; }

    /// <summary>Round trip of a cache line between the first two workers, ns, the median of the trials; null with one worker.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? PingPongNs { get; init; }

    /// <summary>Time of the fixed reference loop beside the trials, ns, the median; null in runs from before it was measured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ReferenceNs { get; init; }

    /// <summary>Trials that do not count; null where every trial counts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DroppedTrials? Dropped { get; init; }

    /// <summary>Raw values of each trial, from which the cell's figures are computed.</summary>
    public RaceTrials? PerTrial { get; init; }

    /// <summary>Median time that <c>connect()</c> of real clients takes, in nanoseconds; null where none connected.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ConnectP50Ns { get; init; }

    /// <summary>99th percentile of the same time, in nanoseconds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ConnectP99Ns { get; init; }

    /// <summary>Why the cell holds no measurement; null when it does.</summary>
    public string? Missing { get; init; }

    /// <summary>Whether the clients' schedule sets the pace: then connections per second say nothing about cost.</summary>
    [JsonIgnore]
    public bool IsPaced => Arrival is not (null or "closed");

    /// <summary>
    /// Whether the workers took turns on one CPU, so that no failure was possible but that of a full port range or chain.
    /// </summary>
    [JsonIgnore]
    public bool CannotRace => Cpus == 1 && Missing is null && (FailedKeepPort ?? 0) + (FailedSearch ?? 0) == 0;
}

/// <summary>Connections that wait because their SYN was lost and is sent again.</summary>
/// <param name="Seconds">The delay until the connection stands, in seconds.</param>
/// <param name="Share">The share of connections that wait exactly this long, 0 to 1.</param>
/// <param name="Low">The lower end of the share's 95 % interval.</param>
/// <param name="High">The upper end of the share's 95 % interval.</param>
public sealed record DelayedShare(double Seconds, double Share, double Low, double High);

/// <summary>A point of a distribution of times.</summary>
/// <param name="Percentile">Share of the values that are not longer, 0 to 100.</param>
/// <param name="Ns">Nanoseconds.</param>
public sealed record PercentilePoint(double Percentile, double Ns);
