using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Nat;

/// <summary>Where a port search begins: era and flags decide.</summary>
/// <typeparam name="TAccess">How the rover is read.</typeparam>
internal static unsafe class SearchStart<TAddress, TAccess>
    where TAddress : unmanaged, IAddress<TAddress>
    where TAccess : struct, ISharedAccess
{
    /// <summary>The first offset.</summary>
    /// <param name="search">By reference, so that no member of a context is called on a copy of it.</param>
    /// <param name="fromRover">Whether it is that of the rover, which the search moves.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Of<TContext>(ref TContext search, in PortCandidates candidates, out bool fromRover)
        where TContext : struct, ISearchContext<TAddress>, allows ref struct
    {
        EraTraits traits = search.Traits;
        NatFlags flags = search.Range.Flags;
        bool offsetFirst = traits.CommonIcmpSearch; // 5.0 and later look at the port offset before the random flags
        bool hasOffset = (flags & NatFlags.ProtoOffset) != 0 && traits.HasProtoOffset;
        fromRover = false;
        if (hasOffset && (offsetFirst || (flags & StartOffsets.AnyRandom) == 0))
        {
            return (ushort)(candidates.KeyOf(in search.Tuple) - search.Range.BasePort);
        }

        if (search.Manip == ManipType.Destination && traits.DnatStartsAtFirst && !StartOffsets.IsRandom(traits, flags))
        {
            return 0;
        }

        StartOffset start = StartOffsets.KindOf(traits, flags);
        switch (start)
        {
            case StartOffset.Random:
                return search.NextRandom();
            case StartOffset.KeyedMd5 or StartOffset.KeyedSipHash or StartOffset.KeyedSipHashTimed:
                return StartOffsets.Keyed(start, search.Nat, in search.Tuple, search.Manip, search.Now);
            default:
                if ((flags & NatFlags.InterlockedRover) != 0)
                {
                    // One atomic fetch-and-add per search; atomicity alone hands every search a start of its own.
                    return (ushort)(TAccess.Add(ref search.Nat.InterlockedRover(search.Tuple.Protocol), 1) - 1);
                }

                fromRover = true;
                if ((flags & NatFlags.CasRover) != 0)
                {
                    // Pairs with nothing: an old value fails the compare-and-swap at the end of the search.
                    return (ushort)TAccess.Read(ref search.Nat.InterlockedRover(search.Tuple.Protocol));
                }

                ref ushort rover = ref search.Nat.Rover(search.Tuple.Protocol);
                TAccess.Plain(AccessKind.Read, Unsafe.AsPointer(ref rover), sizeof(ushort));
                return rover;
        }
    }
}
