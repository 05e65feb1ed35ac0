using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Platform.Meeting;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Tracing;

namespace NatAllocBench.Racing.Race;

/// <summary>Adds the workers of a trial up.</summary>
internal static class TrialSummary
{
    public static TrialResult Of<TEra, TTelemetry>(
        IReadOnlyList<RaceWorker<TEra, TTelemetry>> workers, IReadOnlyList<WorkerReport> reports, ulong seed)
        where TEra : struct, IEra
        where TTelemetry : struct, ITelemetry
    {
        var total = new WorkerTally { StartTick = ulong.MaxValue };
        var window = new WindowHistogram();
        var distance = new WindowHistogram();
        var speeds = new List<double>();
        long[] failedAfter = new long[1 + RaceCourse<TEra>.Retransmissions];
        long[] byClient = new long[workers[0].Loop.FailedByClient.Length];
        ulong probes = 0;
        ulong found = 0;
        foreach (ConnectionLoop<TEra, TTelemetry> loop in workers.Where(worker => worker.HasSenders).Select(worker => worker.Loop))
        {
            WorkerTally tally = loop.Tally;
            Add(ref total, in tally);
            window.Add(loop.Window);
            distance.Add(loop.PairDistance);
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
            Probes = (long)probes,
            Found = (long)found,
            Counters = [.. workers.Select(worker => worker.Loop.Counted)],
            ConnectionsPerSecond = PerSecond(total.Attempts, total.StartTick, total.EndTick),
            WorkerConnectionsPerSecond = speeds,
            Window = window,
            PairDistance = distance,
            FailedAfterSyn = failedAfter,
            FailedByClient = byClient,
            Preemptions = reports.Sum(report => report.Preemptions),
            PinFailures = [.. reports.Select(report => report.PinFailure).OfType<string>()],
            Collections = workers.Max(worker => worker.Loop.Collections),
        };
    }

    private static void Add(ref WorkerTally total, in WorkerTally tally)
    {
        total.Attempts += tally.Attempts;
        total.Confirmed += tally.Confirmed;
        total.FailedKeepPort += tally.FailedKeepPort;
        total.FailedSearch += tally.FailedSearch;
        total.FailedExhausted += tally.FailedExhausted;
        total.FailedChain += tally.FailedChain;
        total.Skipped += tally.Skipped;
        total.StartTick = Math.Min(total.StartTick, tally.StartTick);
        total.EndTick = Math.Max(total.EndTick, tally.EndTick);
    }

    private static double PerSecond(long connections, ulong start, ulong end) =>
        end > start ? connections * 1e9 / TickClock.ToNanoseconds(end - start) : 0;
}
