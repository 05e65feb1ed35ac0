using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Tracing;

namespace NatAllocBench.Racing.Race;

/// <summary>
/// The proof of a trial's answer: attempts = confirmed + insert_failed, the kernel's <c>insert_failed</c> says the same, the table passes
/// <see cref="TableInspection.Audit{TAddress, TEra, TDesign}"/> entry by entry, and as many entries are there as were confirmed and not
/// removed since, in the chains, by source and by the table's count.
/// </summary>
internal static class TrialProof
{
    public static void Check<TEra, TDesign, TTelemetry>(
        ConntrackTable<IPv4Address, TEra, TDesign> table, IReadOnlyList<RaceWorker<TEra, TDesign, TTelemetry>> workers,
        CounterSnapshot standing)
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
        where TTelemetry : struct, ITelemetry
    {
        long confirmed = 0;
        long failed = 0;
        long recovered = 0;
        long failedAgain = 0;
        foreach (RaceWorker<TEra, TDesign, TTelemetry> worker in workers)
        {
            WorkerTally tally = worker.Loop.Tally;
            Require(tally.Attempts, tally.Confirmed + tally.InsertFailed, "attempts", "confirmed + insert_failed of a worker");
            confirmed += tally.Confirmed;
            failed += tally.InsertFailed;
            recovered += worker.Loop.Recovered;
            failedAgain += worker.Loop.FailedAgain.Sum();
        }

        CounterSnapshot now = CounterSnapshot.Of(table);
        TableAudit audit = table.Audit();
        Require(failed + failedAgain, now.InsertFailed - standing.InsertFailed, "failed connections", "the insert_failed counters");
        long gone = now.Evicted - standing.Evicted + now.Expired - standing.Expired + now.EarlyDropped - standing.EarlyDropped;
        Require(
            standing.Entries + confirmed + recovered - gone, audit.Entries, "standing + confirmed - removed", "entries found by a walk");
        Require(audit.Entries, table.Count, "entries found by a walk", "the table's count");
        Require(audit.Entries, audit.BySource, "entries found by a walk", "entries by source");
    }

    private static void Require(long left, long right, string leftName, string rightName)
    {
        if (left != right)
        {
            throw new TrialContradictionException($"{leftName} is {left}, but {rightName} is {right}");
        }
    }
}

/// <summary>Counters of a table at one moment, summed over its CPUs.</summary>
internal readonly record struct CounterSnapshot(long Entries, long InsertFailed, long Evicted, long Expired, long EarlyDropped)
{
    public static CounterSnapshot Of<TEra, TDesign>(ConntrackTable<IPv4Address, TEra, TDesign> table)
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        long failed = 0;
        long evicted = 0;
        long expired = 0;
        long early = 0;
        for (int i = 0; i < table.CpuCount; i++)
        {
            ref CpuState cpu = ref table.Cpu(i);
            failed += (long)cpu.Counters.InsertFailed;
            evicted += (long)cpu.Evictions;
            expired += (long)cpu.Expired;
            early += (long)cpu.Counters.EarlyDrop;
        }

        return new CounterSnapshot(table.Count, failed, evicted, expired, early);
    }
}
