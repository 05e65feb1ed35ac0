using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// The garbage collector's schedule (<c>gc_worker</c>) on a clock that is passed in: which part of the table it walks when.
/// </summary>
/// <remarks>
/// <para>Up to 4.8 every entry has a timer: an entry is gone in the millisecond it expires, so every call sweeps the table. 4.9 to 5.13:
/// 1/128 of the table, again after 1/128 s while more than half of the nodes were expired, else 1/128 s later each time, up to 1/8 s, so
/// that the whole table is walked within 16 s. 5.14 to 5.17: the whole table every 120 s. 5.19 and later: the whole table after 1 to
/// 60 s, the average time that entries have left; the average starts as that of 100 entries with 60 s.</para>
/// <para>Deviates: a walk takes no time, so that the 10 ms after which the kernel pauses one never pass; the collector's own early drop at
/// 95 % of the table is not modelled; 4.9 and 4.10 are given the constants of 5.13.</para>
/// </remarks>
/// <typeparam name="TDesign">How entries are inserted and removed.</typeparam>
/// <param name="table">The table. The worker starts its first walk at the first call.</param>
public sealed class GcWorker<TAddress, TEra, TDesign>(ConntrackTable<TAddress, TEra, TDesign> table)
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private const int Portions = 128;
    private const int FullScanAtMostMs = 16_000;
    private const int BusyPercent = 50;
    private const double PortionStepMs = 1000.0 / Portions;
    private const double PortionMostMs = (double)FullScanAtMostMs / Portions;
    private const double FixedIntervalMs = 120_000;
    private const double AdaptiveLeastMs = 1_000;
    private const double AdaptiveMostMs = 60_000;
    private const int AdaptiveBias = 100;
    private double _portionIntervalMs = PortionStepMs;
    private uint _nextBucket;

    /// <summary>When the next walk is due, ms since the clock's start.</summary>
    public double NextRunMs { get; private set; }

    /// <summary>Walks, whole or in part, so far.</summary>
    public long Runs { get; private set; }

    /// <summary>Runs every walk that is due up to a time, each at its own time.</summary>
    /// <param name="cpu">The CPU that the worker runs on; its clock is left at <paramref name="nowMs"/>.</param>
    /// <param name="nowMs">Present time, ms, not before that of the last call.</param>
    /// <returns>How many entries were removed.</returns>
    public long RunUntil(ref CpuState cpu, double nowMs)
    {
        long removed = 0;
        if (table.Era.Traits.Gc == GcSchedule.EntryTimers)
        {
            cpu.Now = (uint)(long)nowMs;
            NextRunMs = Math.Floor(nowMs) + 1;
            Runs++;
            return table.CollectExpired(ref cpu);
        }

        while (NextRunMs <= nowMs)
        {
            cpu.Now = (uint)(long)NextRunMs;
            removed += RunOnce(ref cpu);
            Runs++;
        }

        cpu.Now = (uint)(long)nowMs;
        return removed;
    }

    private long RunOnce(ref CpuState cpu)
    {
        GcWalk walk = default;
        switch (table.Era.Traits.Gc)
        {
            case GcSchedule.Portions:
                uint portion = Math.Max(1, table.BucketCount / Portions);
                table.Collect(ref cpu, _nextBucket, portion, ref walk);
                _nextBucket = (_nextBucket + portion) % table.BucketCount;
                bool busy = walk.Nodes > 0 && walk.Expired * 100 / walk.Nodes > BusyPercent;
                _portionIntervalMs = busy ? PortionStepMs : Math.Min(_portionIntervalMs + PortionStepMs, PortionMostMs);
                NextRunMs += _portionIntervalMs;
                break;
            case GcSchedule.FullEvery120S:
                table.Collect(ref cpu, 0, table.BucketCount, ref walk);
                NextRunMs += FixedIntervalMs;
                break;
            default:
                walk.Living = AdaptiveBias;
                walk.AverageMs = AdaptiveMostMs;
                table.Collect(ref cpu, 0, table.BucketCount, ref walk);
                NextRunMs += Math.Clamp(walk.AverageMs, AdaptiveLeastMs, AdaptiveMostMs);
                break;
        }

        return walk.Expired;
    }
}
