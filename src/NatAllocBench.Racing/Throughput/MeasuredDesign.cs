using NatAllocBench.Racing.Counts;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Racing.Throughput;

/// <summary>A cell while it is being measured: one design under one workload.</summary>
internal sealed class MeasuredDesign(ThroughputWorkload workload, TableDesign design)
{
    private readonly List<ThroughputRound> _rounds = [];

    public ThroughputWorkload Workload => workload;

    public TableDesign Design => design;

    /// <summary>Why it cannot be measured; null if it can.</summary>
    public string? WhyMissing { get; } = workload.WhyMissing ?? design.WhyMissingIn(workload);

    /// <summary>Rounds that were run, preempted ones included.</summary>
    public int Finished => _rounds.Count;

    /// <summary>Undisturbed rounds of a placement.</summary>
    /// <param name="placement">The placement; null counts all.</param>
    public int Kept(PlacementClass? placement) => Placed(placement).Count(round => !round.Preempted);

    public void Add(ThroughputRound round) => _rounds.Add(round);

    /// <summary>Cache line round trips beside its rounds, ns.</summary>
    public IEnumerable<double> RoundTripsNs => _rounds.Select(round => round.PingPongNs).OfType<double>();

    /// <summary>The cell as it is published.</summary>
    /// <param name="placement">Rounds of another placement are left out; null if there is none, as with one thread.</param>
    public ThroughputCell ToCell(PlacementClass? placement)
    {
        ThroughputRound[] placed = [.. Placed(placement)];
        ThroughputRound[] kept = [.. placed.Where(round => !round.Preempted)];
        var cell = new ThroughputCell
        {
            Design = design.Name,
            Era = workload.Era.Name,
            Mode = workload.Mode.Name,
            Threads = workload.Threads,
            Connections = workload.Connections,
            Destinations = workload.Destinations,
            WindowAddedNs = workload.WindowAddedNs,
            Missing = WhyMissing ?? (_rounds.Count == 0 ? "not measured before the run ended"
                : placed.Length == 0 ? "no round ran while the CPUs were placed as in most rounds"
                : kept.Length == 0 ? $"a worker was preempted in each of {placed.Length} rounds" : null),
        };
        if (cell.Missing is not null)
        {
            return cell;
        }

        double attempts = kept.Sum(round => round.Attempts);
        return (cell with
        {
            BytesPerConnection = _rounds.FirstOrDefault(round => round.TableBytes is not null) is { } full
                ? (double)full.TableBytes! / (full.Attempts - full.InsertFailed)
                : null,
            AllocatedBytesPerConnection = kept.Sum(round => round.AllocatedBytes) / attempts,
            ProbesPerConnection = kept.Sum(round => round.Probes) / attempts,
            ShortPathShare = kept.Sum(round => round.ShortPath) is { } taken && kept.All(round => round.ShortPath is not null)
                ? taken / attempts : null,
            CollectionsPerRound = kept.Average(round => round.Collections),
            ClashesPer1000 = 1000.0 * kept.Sum(round => round.CleanInsertFailed) / kept.Sum(round => round.CleanAttempts),
            DroppedRounds = placed.Length - kept.Length,
            OtherPlacementRounds = placement is null ? null : _rounds.Count - placed.Length,
            Fairness = workload.Threads > 1 ? SampleStatistics.Instance.Median([.. kept.Select(round => round.Fairness)]).Value : null,
            PerRound = new ThroughputRounds
            {
                ConnectionsPerSecond = [.. kept.Select(round => round.ConnectionsPerSecond!.Value)],
                TearDownPerSecond = Known(kept, round => round.DeletedPerSecond),
                ExpiredPerSecond = Known(kept, round => round.ExpiredPerSecond),
                PingPongNs = Known(kept, round => round.PingPongNs),
                ReferenceNs = Known(kept, round => round.ReferenceNs),
                StolenShare = Known(kept, round => round.StolenShare),
            },
        }).Summarised();
    }

    private IEnumerable<ThroughputRound> Placed(PlacementClass? placement) => placement is { } common
        ? _rounds.Where(round => round.PingPongNs is { } roundTrip && common.Contains(roundTrip))
        : _rounds;

    private static double[]? Known(ThroughputRound[] rounds, Func<ThroughputRound, double?> value) =>
        rounds.Select(value).OfType<double>().ToArray() is { Length: > 0 } known ? known : null;
}
