using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Platform.Meeting;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Tracing;

namespace NatAllocBench.Racing.Race;

/// <summary>Adds the workers of a trial up.</summary>
internal static class TrialSummary
{
    public static TrialResult Of<TEra, TDesign, TTelemetry>(
        IReadOnlyList<RaceWorker<TEra, TDesign, TTelemetry>> workers, IReadOnlyList<WorkerReport> reports, ulong seed)
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
        where TTelemetry : struct, ITelemetry
    {
        var total = new WorkerTally { StartTick = ulong.MaxValue };
        var leftOut = default(WorkerTally);
        var speeds = new List<double>();
        long[] failedAfter = new long[1 + RaceCourse<TEra, TDesign>.Retransmissions];
        long[] byClient = new long[workers[0].Loop.FailedByClient.Length];
        ulong probes = 0;
        ulong found = 0;
        ConnectionLoop<TEra, TDesign, TTelemetry>[] loops =
            [.. workers.Where(worker => worker.HasSenders).Select(worker => worker.Loop)];
        foreach (ConnectionLoop<TEra, TDesign, TTelemetry> loop in loops)
        {
            WorkerTally tally = loop.Tally.Without(loop.Parts.LeftOut);
            total = total.Plus(in tally);
            leftOut = leftOut.Plus(loop.Parts.LeftOut);
            speeds.Add(PerSecond(tally.Attempts, tally.StartTick, tally.EndTick));
            probes += loop.Probes;
            found += loop.Counted.Found;
            failedAfter[0] += tally.InsertFailed;
            for (int round = 0; round < loop.FailedAgain.Length; round++)
            {
                failedAfter[round + 1] += loop.FailedAgain[round];
            }

            for (int client = 0; client < byClient.Length; client++)
            {
                byClient[client] += loop.FailedByClient[client];
            }
        }

        return new TrialResult
        {
            Seed = seed,
            Total = total,
            LeftOut = leftOut,
            Probes = (long)probes,
            Found = (long)found,
            Counters = [.. workers.Select(worker => worker.Loop.Counted)],
            ConnectionsPerSecond = PerSecond(total.Attempts, total.StartTick, total.EndTick),
            WorkerConnectionsPerSecond = speeds,
            Window = RecordedLengths.Of(loops.Select(loop => loop.Window)),
            PairDistance = RecordedLengths.Of(loops.Select(loop => loop.Parts.PairDistance)),
            FailedAfterSyn = failedAfter,
            FailedByClient = byClient,
            Overlap = OverlapOf(workers, stolenShare: null),
            PinFailures = [.. reports.Select(report => report.PinFailure).OfType<string>()],
            Collections = workers.Max(worker => worker.Loop.Collections),
        };
    }

    /// <summary>How the workers ran.</summary>
    public static TrialOverlap OverlapOf<TEra, TDesign, TTelemetry>(
        IReadOnlyList<RaceWorker<TEra, TDesign, TTelemetry>> workers, double? stolenShare)
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
        where TTelemetry : struct, ITelemetry
    {
        RaceWorker<TEra, TDesign, TTelemetry>[] racing = [.. workers.Where(worker => worker.HasSenders)];
        double[] speeds = [.. racing.Select(worker => worker.Loop.Tally.Without(worker.Loop.Parts.LeftOut))
            .Select(tally => PerSecond(tally.Attempts, tally.StartTick, tally.EndTick))];
        int rounds = workers.Max(worker => worker.RoundsRun);
        int dropped = workers.Max(worker => worker.RoundsDropped);
        return new TrialOverlap
        {
            Share = rounds > 0
                ? (double)(rounds - dropped) / rounds
                : SharedTime.Of([.. racing.Select(worker => (worker.Loop.Tally.StartTick, worker.Loop.Tally.EndTick, worker.Loop.Watch))]),
            LateNs = TickClock.ToNanoseconds(racing.Max(worker => worker.LateTicks)),
            Gaps = racing.Sum(worker => worker.Loop.Watch.Count),
            LongestGapNs = TickClock.ToNanoseconds(racing.Max(worker => worker.Loop.Watch.LongestTicks)),
            InvoluntarySwitches = racing.Any(worker => worker.Switches is null) ? null : racing.Sum(worker => worker.Switches),
            SpeedRatio = speeds.Length > 1 && speeds.Max() > 0 ? speeds.Min() / speeds.Max() : null,
            PingPongNs = workers.Count > 1 ? workers[0].PingPongNs : null,
            ReferenceNs = workers.Max(worker => worker.ReferenceNs),
            StolenShare = stolenShare is { } share && double.IsFinite(share) ? share : null,
            Rounds = rounds,
            DroppedRounds = dropped,
        };
    }

    private static double PerSecond(long connections, ulong start, ulong end) =>
        end > start ? connections * 1e9 / TickClock.ToNanoseconds(end - start) : 0;
}
