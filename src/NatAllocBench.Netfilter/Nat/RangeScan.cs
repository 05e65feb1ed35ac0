using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Nat;

/// <summary>The search of the kernels with a rover.</summary>
/// <typeparam name="TAccess">How the rover is read and written.</typeparam>
internal static unsafe class RangeScan<TAddress, TAccess>
    where TAddress : unmanaged, IAddress<TAddress>
    where TAccess : struct, ISharedAccess
{
    /// <summary>Up to 4.20: through the whole range once.</summary>
    /// <param name="search">By reference, so that no member of a context is called on a copy of it.</param>
    /// <param name="lastUnchecked">Whether the last candidate is taken without a probe.</param>
    public static PortChoice Run<TContext>(ref TContext search, in PortCandidates candidates, bool lastUnchecked)
        where TContext : struct, ISearchContext<TAddress>, allows ref struct
    {
        ushort offset = SearchStart<TAddress, TAccess>.Of(ref search, in candidates, out bool fromRover);
        uint startedAt = offset;
        uint tried = 0;
        while (true)
        {
            candidates.Apply(ref search.Tuple, offset);
            tried++;
            bool unchecked_ = lastUnchecked && tried == candidates.Size;
            if (unchecked_ || !search.IsUsed())
            {
                if (fromRover)
                {
                    if ((search.Range.Flags & NatFlags.CasRover) != 0)
                    {
                        if (!AdvancedFrom(ref search, startedAt, (ushort)(offset + 1), out startedAt) && !search.HasReserved)
                        {
                            offset = (ushort)startedAt;
                            tried = 0;
                            continue;
                        }

                        return unchecked_ ? PortChoice.Exhausted : PortChoice.Searched;
                    }

                    // A plain store of the offset just accepted, not of the next one: lost updates are the kernel's behaviour.
                    ref ushort rover = ref search.Nat.Rover(search.Tuple.Protocol);
                    TAccess.Plain(AccessKind.Write, Unsafe.AsPointer(ref rover), sizeof(ushort));
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
    private static bool AdvancedFrom<TContext>(ref TContext search, uint from, ushort to, out uint now)
        where TContext : struct, ISearchContext<TAddress>, allows ref struct
    {
        now = TAccess.CompareExchange(ref search.Nat.InterlockedRover(search.Tuple.Protocol), to, from);
        return now == from;
    }
}
