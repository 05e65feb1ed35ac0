using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Meeting;
using NatAllocBench.Platform.Memory;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Machine;
using NatAllocBench.Racing.Tracing;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Racing.Race;

/// <summary>
/// One trial: a fresh table, filled to the requested occupancy, and one pinned worker per CPU that brings its clients' connections through
/// allocation and confirm. The answer is proven before it is returned.
/// </summary>
internal static class RaceTrial
{
    /// <summary>Runs a trial.</summary>
    /// <param name="workload">A valid workload.</param>
    /// <param name="cpus">The CPU of each worker.</param>
    /// <param name="seed">Everything drawn in the trial follows from it.</param>
    /// <param name="cancellation">Ends the trial early; its result is then void.</param>
    /// <returns>The result, or null if the trial was cancelled.</returns>
    /// <exception cref="TrialContradictionException">Counters and table disagree: a defect of this program.</exception>
    /// <exception cref="TableCorruptException">The table contradicts itself: a defect of this program.</exception>
    public static TrialResult? Run(RaceWorkload workload, IReadOnlyList<int> cpus, ulong seed, CancellationToken cancellation = default) =>
        Run(workload, cpus, seed, RaceTelemetry.WhenListened, cancellation);

    /// <summary>Runs a trial that is recorded for <see cref="RaceEventSource"/> or not, as told.</summary>
    /// <inheritdoc cref="Run(RaceWorkload, IReadOnlyList{int}, ulong, CancellationToken)"/>
    /// <param name="workload">A valid workload.</param>
    /// <param name="cpus">The CPU of each worker.</param>
    /// <param name="seed">Everything drawn in the trial follows from it.</param>
    /// <param name="telemetry">Whether it is recorded.</param>
    /// <param name="cancellation">Ends the trial early; its result is then void.</param>
    public static TrialResult? Run(
        RaceWorkload workload, IReadOnlyList<int> cpus, ulong seed, RaceTelemetry telemetry, CancellationToken cancellation = default) =>
        workload.Era.Accept<Visitor, TrialResult?>(new Visitor(workload, cpus, seed, telemetry, cancellation));

    private static TrialResult? Run<TEra, TDesign>(
        RaceWorkload workload, IReadOnlyList<int> cpus, ulong seed, RaceTelemetry telemetry, CancellationToken cancellation)
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        var random = new CpuRandom(seed);
        using var nat = new NatState(Key(ref random), NatState.DrawMd5Secret(ref random));
        nat.Rover(workload.Protocol) = random.Next16();
        nat.InterlockedRover(workload.Protocol) = random.Next16();
        using var table = new ConntrackTable<IPv4Address, TEra, TDesign>(workload.Era, Options(workload, cpus.Count, ref random), nat);
        using var stamps = new NativeRegion((long)table.Capacity * sizeof(ulong));
        if (!TableFill.Run(table, workload, ref random, cancellation))
        {
            return null;
        }

        var standing = CounterSnapshot.Of(table);
        var shared = new RaceCourse<TEra, TDesign>(workload, table, stamps, cpus.Count, random.Next64());
        bool counts = telemetry == RaceTelemetry.WhenListened;
        if (telemetry == RaceTelemetry.Never || (counts && !RaceEventSource.Log.IsListenedTo))
        {
            return Race<TEra, TDesign, NoTelemetry>(shared, cpus, seed, standing, (_, _) => default, trace: null, counts, cancellation);
        }

        using var trace = new TrialTrace(workload, cpus, table.Capacity, writes: counts);
        return Race<TEra, TDesign, EventTelemetry>(
            shared, cpus, seed, standing, (worker, most) => new EventTelemetry(trace.Recorder(worker, most)), trace, counts, cancellation);
    }

    private static TrialResult? Race<TEra, TDesign, TTelemetry>(
        RaceCourse<TEra, TDesign> shared,
        IReadOnlyList<int> cpus,
        ulong seed,
        CounterSnapshot standing,
        Func<int, int, TTelemetry> telemetry,
        TrialTrace? trace,
        bool counts,
        CancellationToken cancellation)
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
        where TTelemetry : struct, ITelemetry
    {
        CpuTimes? timesBefore = MachineProbe.ReadCpuTimes();
        var workers = new RaceWorker<TEra, TDesign, TTelemetry>[cpus.Count];
        for (int i = 0; i < workers.Length; i++)
        {
            int worker = i;
            workers[worker] = new RaceWorker<TEra, TDesign, TTelemetry>(shared, worker, most => telemetry(worker, most), cancellation);
        }

        trace?.Begin();
        using RaceMetrics.Followed? followed = counts
            ? RaceMetrics.Follow(shared.Workload, [.. workers.Select(worker => worker.Loop)])
            : null;
        IReadOnlyList<WorkerReport> reports = PinnedWorkers.Run(
            cpus,
            worker => workers[worker].Run(),
            [shared.Gate, shared.Barrier],
            () => shared.Gate.OpenWhenReady(StartGate.DefaultLead),
            cancellation);
        if (cancellation.IsCancellationRequested)
        {
            return null;
        }

        TrialProof.Check(shared.Table, workers, standing);
        TrialResult result = TrialSummary.Of(workers, reports, seed) with
        {
            Overlap = TrialSummary.OverlapOf(
                workers, timesBefore is { } before ? MachineProbe.ReadCpuTimes()?.StealShareSince(before) : null),
            Living = Living(shared, workers.Max(worker => worker.Loop.NowMs), workers.Sum(worker => worker.Loop.Recovered)),
        };
        trace?.End(result, reports);
        return result;
    }

    /// <summary>
    /// Entries that had not expired at the end of a steady state, without those that the retransmissions after it brought; null without
    /// one.
    /// </summary>
    private static long? Living<TEra, TDesign>(RaceCourse<TEra, TDesign> course, uint nowMs, long recovered)
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        if (course.Workload.ChurnPerSecond == 0)
        {
            return null;
        }

        long living = 0;
        course.Table.ForEach((slot, _) => living += course.Table.RemainingMs(slot, nowMs) > 0 ? 1 : 0);
        return living - recovered;
    }

    private static TableOptions Options(RaceWorkload workload, int cpus, ref CpuRandom random) =>
        TableOptions.Holding(workload.Era.Traits, workload.Standing + workload.Connections) with
        {
            Cpus = cpus,
            HashKey = Key(ref random),
            HashRandom = (uint)random.Next64(),
            Seed = random.Next64(),
        };

    private static SipKey Key(ref CpuRandom random) => new(random.Next64(), random.Next64());

    private readonly struct Visitor(
        RaceWorkload workload, IReadOnlyList<int> cpus, ulong seed, RaceTelemetry telemetry, CancellationToken cancellation)
        : IEraVisitor<TrialResult?>
    {
        public TrialResult? Visit<TEra>(Era era)
            where TEra : struct, IEra => workload.Design == RacedDesign.Reserve
                ? Run<TEra, Reserve>(workload, cpus, seed, telemetry, cancellation)
                : workload.Design == RacedDesign.ReserveLockFree
                ? Run<TEra, ReserveLockFree>(workload, cpus, seed, telemetry, cancellation)
                : Run<TEra, KernelLocks>(workload, cpus, seed, telemetry, cancellation);
    }
}
