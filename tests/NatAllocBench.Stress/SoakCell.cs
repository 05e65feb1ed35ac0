using System.Diagnostics;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Platform.Meeting;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Stress;

/// <summary>One cell of a soak: many raced connections on one table, each counted.</summary>
/// <param name="Era">The era.</param>
/// <param name="Design">The design.</param>
/// <param name="Mode">The mode.</param>
/// <param name="Arrival">When the workers meet.</param>
internal sealed record SoakCell(Era Era, string Design, RaceMode Mode, SoakArrival Arrival)
{
    /// <summary>The cells of a soak: each era, design, mode and arrival that there is.</summary>
    /// <exception cref="ArgumentException">A name is unknown; the message names it and the choices.</exception>
    public static List<SoakCell> Select(string designs, string eras) => [..
        from era in eras.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(EraCatalog.Get)
        from design in StressCells.DesignsOf(designs)
        from mode in RaceMode.All
        where mode.WhyMissingIn(era) is null
        from arrival in SoakArrival.All
        select new SoakCell(era, design, mode, arrival)];

    /// <summary>Races a number of connections.</summary>
    /// <param name="connections">How many, of all workers; rounded up to whole rounds.</param>
    /// <param name="threads">Workers.</param>
    /// <param name="time">Time at most.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="StressFailureException">Counters and answers contradict each other.</exception>
    public SoakReport Run(long connections, int threads, TimeSpan time, CancellationToken stop) =>
        Era.Accept<Visitor, SoakReport>(new Visitor(this, connections, threads, time, stop));

    private SoakReport Run<TEra, TDesign>(long connections, int threads, TimeSpan time, CancellationToken stop)
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        uint entries = (uint)(SoakWorker<TEra, TDesign>.Destinations * threads);
        using var nat = new NatState(new SipKey(1, 2));
        using var table = new ConntrackTable<IPv4Address, TEra, TDesign>(
            Era,
            new TableOptions
            {
                Buckets = 2 * entries,
                MaxConnections = (2 * entries) + (1024 * (uint)threads),
                Cpus = threads,
                HashKey = new SipKey(3, 4),
                HashRandom = 5,
            },
            nat);
        var barrier = new SpinBarrier(threads);
        SoakWorker<TEra, TDesign>[] workers = [.. Enumerable.Range(0, threads).Select(i =>
            new SoakWorker<TEra, TDesign>(table, Mode, Arrival.Each, i, barrier))];
        int[] cpus = [.. CpuSet.Allowed().Cpus];
        long rounds = Math.Max(1, (connections + entries - 1) / entries);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        end.CancelAfter(time);
        long start = Stopwatch.GetTimestamp();
        PinnedWorkers.Run(
            [.. Enumerable.Range(0, threads).Select(i => cpus[i % cpus.Length])], worker => workers[worker].Run(rounds), [barrier],
            cancellation: end.Token);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        var tally = new StressTally();
        ulong failed = 0;
        for (int i = 0; i < threads; i++)
        {
            tally.Add(workers[i].Tally);
            failed += table.Cpu(i).Counters.InsertFailed;
        }

        var report = new SoakReport(this, tally, workers.Sum(worker => worker.Exhausted), elapsed);
        report.Check((long)failed, table.Audit().Entries);
        return report;
    }

    private readonly record struct Visitor(SoakCell Cell, long Connections, int Threads, TimeSpan Time, CancellationToken Stop)
        : IEraVisitor<SoakReport>
    {
        public SoakReport Visit<TEra>(Era era)
            where TEra : struct, IEra => Cell.Design == Reserve.Name ? Cell.Run<TEra, Reserve>(Connections, Threads, Time, Stop)
                : Cell.Design == ReserveLockFree.Name ? Cell.Run<TEra, ReserveLockFree>(Connections, Threads, Time, Stop)
                : Cell.Design == LockFree.Name ? Cell.Run<TEra, LockFree>(Connections, Threads, Time, Stop)
                : Cell.Run<TEra, KernelLocks>(Connections, Threads, Time, Stop);
    }
}
