using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Nat;

/// <summary>
/// Step 4, the port search (<c>nf_nat_l4proto_unique_tuple</c>): a linear scan from a start that the era and the flags decide. The
/// scan of one era is one loop here; the JIT drops the others.
/// </summary>
/// <remarks>
/// The offset is 16 bits wide and wraps at 65536, not at the size of the range, in all eras: a scan that crosses the end of a range of
/// 64512 jumps back 1024 ports early.
/// </remarks>
internal static unsafe class PortSearcher<TAddress, TEra, TDesign>
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    /// <summary>Searches a key for <paramref name="tuple"/> and writes it there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PortChoice Search<TRandom>(
        ConntrackTable<TAddress, TEra, TDesign> table,
        ref CpuState cpu,
        ref TRandom random,
        ref ReplyProbe<TAddress, TEra, TDesign> probe,
        ref ConntrackTuple<TAddress> tuple,
        in NatRange<TAddress> range,
        ManipType manip)
        where TRandom : struct, IRandomSource
    {
        PortCandidates candidates = PortCandidates.For(in tuple, in range, manip, table.Traits);
        if (candidates.IsNone)
        {
            return PortChoice.Unchanged;
        }

        if (TEra.Search is PortSearch.Limited or PortSearch.LimitedEvicting)
        {
            // The stable kernels that lost their rover in 2022 kept the older loop for ICMP ids.
            return candidates.IsIcmp && !table.Traits.CommonIcmpSearch
                ? ScanIds(table, ref cpu, ref probe, ref tuple, in candidates)
                : SearchInRounds(table, ref cpu, ref random, ref probe, ref tuple, in range, manip, in candidates);
        }

        return candidates.IsIcmp
            ? ScanIds(table, ref cpu, ref probe, ref tuple, in candidates)
            : Scan(table, ref cpu, ref random, ref probe, ref tuple, in range, manip, in candidates);
    }

    /// <summary>Up to 4.20: through the whole range once.</summary>
    private static PortChoice Scan<TRandom>(
        ConntrackTable<TAddress, TEra, TDesign> table,
        ref CpuState cpu,
        ref TRandom random,
        ref ReplyProbe<TAddress, TEra, TDesign> probe,
        ref ConntrackTuple<TAddress> tuple,
        in NatRange<TAddress> range,
        ManipType manip,
        in PortCandidates candidates)
        where TRandom : struct, IRandomSource
    {
        ushort offset = FirstOffset(table, ref random, in tuple, in range, manip, in candidates, cpu.Now, out bool fromRover);
        uint startedAt = offset;
        uint tried = 0;
        while (true)
        {
            candidates.Apply(ref tuple, offset);
            tried++;
            bool unchecked_ = TEra.Search == PortSearch.ScanLastUnchecked && tried == candidates.Size;
            if (unchecked_ || !probe.IsUsed(ref cpu, in tuple))
            {
                if (fromRover)
                {
                    if ((range.Flags & NatFlags.CasRover) != 0)
                    {
                        if (!AdvancedFrom(table, in tuple, startedAt, (ushort)(offset + 1), out startedAt))
                        {
                            offset = (ushort)startedAt;
                            tried = 0;
                            continue;
                        }

                        return unchecked_ ? PortChoice.Exhausted : PortChoice.Searched;
                    }

                    // A plain store of the offset just accepted, not of the next one: lost updates are the kernel's behaviour.
                    ref ushort rover = ref table.Nat.Rover(tuple.Protocol);
                    TDesign.Plain(AccessKind.Write, Unsafe.AsPointer(ref rover), sizeof(ushort));
                    rover = offset;
                }

                return unchecked_ ? PortChoice.Exhausted : PortChoice.Searched;
            }

            if (tried == candidates.Size)
            {
                return PortChoice.Exhausted; // 2.6.32 to 2.6.35: every candidate was probed, the rover stays
            }

            offset++;
        }
    }

    /// <summary>
    /// One compare-and-swap: whoever moves the rover from where both began has the port, the other begins where the rover now is. Atomicity
    /// alone decides; nothing is published through the word.
    /// </summary>
    private static bool AdvancedFrom(
        ConntrackTable<TAddress, TEra, TDesign> table, in ConntrackTuple<TAddress> tuple, uint from, ushort to, out uint now)
    {
        now = TDesign.CompareExchange(ref table.Nat.InterlockedRover(tuple.Protocol), to, from);
        return now == from;
    }

    /// <summary>Up to 4.20: ICMP has a rover of its own that advances over used ids only, and knows no flags.</summary>
    private static PortChoice ScanIds(
        ConntrackTable<TAddress, TEra, TDesign> table,
        ref CpuState cpu,
        ref ReplyProbe<TAddress, TEra, TDesign> probe,
        ref ConntrackTuple<TAddress> tuple,
        in PortCandidates candidates)
    {
        ref ushort rover = ref table.Nat.Rover(tuple.Protocol);
        for (uint tried = 1; ; tried++)
        {
            TDesign.Plain(AccessKind.Read, Unsafe.AsPointer(ref rover), sizeof(ushort));
            candidates.Apply(ref tuple, rover);
            bool unchecked_ = TEra.Search != PortSearch.ScanAll && tried == candidates.Size;
            if (unchecked_ || !probe.IsUsed(ref cpu, in tuple))
            {
                return unchecked_ ? PortChoice.Exhausted : PortChoice.Searched;
            }

            // Plain, as in the kernel: another search may have moved it since.
            TDesign.Plain(AccessKind.Read, Unsafe.AsPointer(ref rover), sizeof(ushort));
            ushort next = (ushort)(rover + 1);
            TDesign.Plain(AccessKind.Write, Unsafe.AsPointer(ref rover), sizeof(ushort));
            rover = next;
            if (tried == candidates.Size)
            {
                return PortChoice.Exhausted;
            }
        }
    }

    /// <summary>5.0 and later: rounds of 128, 64, 32, 16 and 8 attempts; a range of at most 128 gets one round.</summary>
    private static PortChoice SearchInRounds<TRandom>(
        ConntrackTable<TAddress, TEra, TDesign> table,
        ref CpuState cpu,
        ref TRandom random,
        ref ReplyProbe<TAddress, TEra, TDesign> probe,
        ref ConntrackTuple<TAddress> tuple,
        in NatRange<TAddress> range,
        ManipType manip,
        in PortCandidates candidates)
        where TRandom : struct, IRandomSource
    {
        ushort offset = FirstOffset(table, ref random, in tuple, in range, manip, in candidates, cpu.Now, out _);
        uint attempts = Math.Min(candidates.Size, SearchLimits.MaxAttempts);
        while (true)
        {
            for (uint i = 0; i < attempts; i++, offset++)
            {
                candidates.Apply(ref tuple, offset);
                bool used = TEra.Search == PortSearch.LimitedEvicting && attempts - i <= SearchLimits.EvictingAttempts
                    ? probe.IsUsedAfterEviction(ref cpu, in tuple)
                    : probe.IsUsed(ref cpu, in tuple);
                if (!used)
                {
                    return PortChoice.Searched;
                }
            }

            if (attempts >= candidates.Size || attempts < SearchLimits.MinAttempts)
            {
                return PortChoice.Exhausted;
            }

            attempts /= 2;
            offset = random.Next16();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort FirstOffset<TRandom>(
        ConntrackTable<TAddress, TEra, TDesign> table,
        ref TRandom random,
        in ConntrackTuple<TAddress> tuple,
        in NatRange<TAddress> range,
        ManipType manip,
        in PortCandidates candidates,
        uint now,
        out bool fromRover)
        where TRandom : struct, IRandomSource
    {
        EraTraits traits = table.Traits;
        bool offsetFirst = traits.CommonIcmpSearch; // 5.0 and later look at the port offset before the random flags
        bool hasOffset = (range.Flags & NatFlags.ProtoOffset) != 0 && traits.HasProtoOffset;
        fromRover = false;
        if (hasOffset && (offsetFirst || (range.Flags & StartOffsets.AnyRandom) == 0))
        {
            return (ushort)(candidates.KeyOf(in tuple) - range.BasePort);
        }

        if (manip == ManipType.Destination && traits.DnatStartsAtFirst && !StartOffsets.IsRandom(traits, range.Flags))
        {
            return 0;
        }

        StartOffset start = StartOffsets.KindOf(traits, range.Flags);
        switch (start)
        {
            case StartOffset.Random:
                return random.Next16();
            case StartOffset.KeyedMd5 or StartOffset.KeyedSipHash or StartOffset.KeyedSipHashTimed:
                return StartOffsets.Keyed(start, table.Nat, in tuple, manip, now);
            default:
                if ((range.Flags & NatFlags.InterlockedRover) != 0)
                {
                    // One atomic fetch-and-add per search; atomicity alone hands every search a start of its own.
                    return (ushort)(TDesign.Add(ref table.Nat.InterlockedRover(tuple.Protocol), 1) - 1);
                }

                fromRover = true;
                if ((range.Flags & NatFlags.CasRover) != 0)
                {
                    // Pairs with nothing: an old value fails the compare-and-swap at the end of the search.
                    return (ushort)TDesign.Read(ref table.Nat.InterlockedRover(tuple.Protocol));
                }

                ref ushort rover = ref table.Nat.Rover(tuple.Protocol);
                TDesign.Plain(AccessKind.Read, Unsafe.AsPointer(ref rover), sizeof(ushort));
                return rover;
        }
    }
}
