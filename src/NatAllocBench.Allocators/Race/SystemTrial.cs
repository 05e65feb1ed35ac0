using NatAllocBench.Netfilter.Random;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Meeting;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Machine;
using NatAllocBench.Racing.Race;

namespace NatAllocBench.Allocators.Race;

/// <summary>A table contradicts the counts of the workers: a defect of this program.</summary>
internal sealed class SystemContradictionException(string message) : Exception(message);

/// <summary>
/// One trial of a system: a fresh table, filled, and a pinned worker per CPU. What it counts is proven before it is returned.
/// </summary>
internal static class SystemTrial
{
    /// <summary>Runs a trial.</summary>
    /// <param name="system">What is raced.</param>
    /// <param name="range">Its ports.</param>
    /// <param name="workload">A workload without a fault.</param>
    /// <param name="cpus">The CPU of each worker.</param>
    /// <param name="seed">Everything drawn follows from it.</param>
    /// <param name="cancellation">Ends the trial early; its result is then void.</param>
    /// <returns>The result; null if it was cancelled.</returns>
    /// <exception cref="SystemContradictionException">Counts and table disagree.</exception>
    public static TrialResult? Run(
        RacedSystem system,
        PortRange range,
        SystemWorkload workload,
        IReadOnlyList<int> cpus,
        ulong seed,
        CancellationToken cancellation = default)
    {
        FlowTuple<uint>[][] flows = Flows(workload, cpus.Count, seed);
        int standing = (int)Math.Round(workload.Occupancy * range.Count) * workload.Destinations * workload.Pool;
        using SystemTable table = system.Create(new SystemSetup(
            range, cpus.Count, standing + flows.Sum(own => own.Length) + 16, workload.Pool, seed));
        var random = new CpuRandom(seed);
        StandingPorts.Fill(table, range, workload.Occupancy, workload.Destinations, workload.Pool, ref random);
        long before = table.Count;
        var course = new SystemCourse(table, workload, flows, random.Next64());
        SystemWorker[] workers = [.. cpus.Select((_, worker) => new SystemWorker(course, worker, cancellation))];
        CpuTimes? times = MachineProbe.ReadCpuTimes();
        IReadOnlyList<WorkerReport> reports = PinnedWorkers.Run(
            cpus,
            worker => workers[worker].Run(),
            [course.Gate, course.Barrier],
            () => course.Gate.OpenWhenReady(StartGate.DefaultLead),
            cancellation);
        if (cancellation.IsCancellationRequested)
        {
            return null;
        }

        Prove(table, before, flows.Sum(own => own.Length), workers);
        return Summary(table, workers, reports, seed, times is { } then ? MachineProbe.ReadCpuTimes()?.StealShareSince(then) : null);
    }

    /// <summary>The first packets of each worker: client c belongs to worker c modulo workers, and every client has its turn.</summary>
    private static FlowTuple<uint>[][] Flows(SystemWorkload workload, int workers, ulong seed)
    {
        var source = new SystemFlows(workload, seed ^ 0x9E3779B97F4A7C15UL);
        int? perRound = workload.PerRound(workers);
        int rounds = perRound is { } all ? (workload.Connections + all - 1) / all : 0;
        var flows = new FlowTuple<uint>[workers][];
        for (int worker = 0; worker < workers; worker++)
        {
            int own = Math.Max(1, SystemCourse.Share(workload.Clients, worker, workers));
            int count = perRound is { } each
                ? rounds * SystemCourse.Share(each, worker, workers)
                : SystemCourse.Share(workload.Connections, worker, workers);
            bool pairs = workload.Arrival is Racing.Workloads.Arrival.Lockstep;
            flows[worker] = new FlowTuple<uint>[count];
            for (int i = 0; i < count; i++)
            {
                int client = (worker + (i % own * workers)) % workload.Clients;
                flows[worker][i] = source.Next(client, pairs ? i % workload.Destinations : null);
            }
        }

        return flows;
    }

    private static void Prove(SystemTable table, long before, long brought, SystemWorker[] workers)
    {
        long inserted = workers.Sum(worker => worker.Counted.Inserted + worker.LeftOut.Inserted);
        long found = table.Count;
        if (found != before + inserted)
        {
            throw new SystemContradictionException($"standing + inserted is {before + inserted}, but a walk of the table finds {found}");
        }

        if (table.Flows is { } flows && flows != inserted)
        {
            throw new SystemContradictionException($"{inserted} flows were inserted, but a walk of the first packets finds {flows}");
        }

        long attempts = workers.Sum(worker => worker.Counted.Attempts + worker.LeftOut.Attempts);
        if (attempts != brought)
        {
            throw new SystemContradictionException($"the workers brought {brought} flows, but counted {attempts}");
        }
    }

    private static TrialResult Summary(
        SystemTable table, SystemWorker[] workers, IReadOnlyList<WorkerReport> reports, ulong seed, double? stolenShare)
    {
        SystemWorker[] racing = [.. workers.Where(worker => worker.StartTick != 0)];
        var total = new SystemTally();
        var leftOut = new SystemTally();
        foreach (SystemWorker worker in workers)
        {
            total.Add(worker.Counted);
            leftOut.Add(worker.LeftOut);
        }

        ulong start = racing.Length == 0 ? 0 : racing.Min(worker => worker.StartTick);
        ulong end = racing.Length == 0 ? 0 : racing.Max(worker => worker.EndTick);
        return new TrialResult
        {
            Seed = seed,
            Total = total.ToWorkerTally(start, end),
            LeftOut = leftOut.ToWorkerTally(start, end),
            Probes = total.Probes,
            LockWaitNs = table.HasMutex ? TickClock.ToNanoseconds(total.WaitedTicks) : null,
            Found = total.Probes - total.Inserted - total.LostKept - total.LostSearched,
            Counters = [],
            ConnectionsPerSecond = end > start ? total.Attempts * 1e9 / TickClock.ToNanoseconds(end - start) : 0,
            WorkerConnectionsPerSecond = racing.Length == 0 ? [0] : [.. racing.Select(worker => worker.PerSecond)],
            Window = RecordedLengths.None,
            PairDistance = RecordedLengths.None,
            FailedAfterSyn = [],
            FailedByClient = [],
            Overlap = Overlap(racing, workers, stolenShare),
            PinFailures = [.. reports.Select(report => report.PinFailure).OfType<string>()],
            Collections = workers.Max(worker => worker.Collections),
        };
    }

    private static TrialOverlap Overlap(SystemWorker[] racing, SystemWorker[] workers, double? stolenShare)
    {
        int rounds = workers.Max(worker => worker.RoundsRun);
        int dropped = workers.Max(worker => worker.RoundsDropped);
        double[] speeds = [.. racing.Select(worker => worker.PerSecond)];
        return new TrialOverlap
        {
            Share = rounds > 0 ? (double)(rounds - dropped) / rounds
                : racing.Length == 0 ? 0
                : SharedTime.Of([.. racing.Select(worker => (worker.StartTick, worker.EndTick, worker.Watch))]),
            LateNs = TickClock.ToNanoseconds(workers.Max(worker => worker.LateTicks)),
            Gaps = workers.Sum(worker => worker.Watch.Count),
            LongestGapNs = TickClock.ToNanoseconds(workers.Max(worker => worker.Watch.LongestTicks)),
            InvoluntarySwitches = workers.Any(worker => worker.Switches is null) ? null : workers.Sum(worker => worker.Switches),
            SpeedRatio = speeds.Length > 1 && speeds.Max() > 0 ? speeds.Min() / speeds.Max() : null,
            PingPongNs = workers.Length > 1 ? workers[0].PingPongNs : null,
            ReferenceNs = workers.Max(worker => worker.ReferenceNs),
            StolenShare = stolenShare is { } share && double.IsFinite(share) ? share : null,
            Rounds = rounds,
            DroppedRounds = dropped,
        };
    }
}
