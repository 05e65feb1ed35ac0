using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Random;
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
    /// <summary>Searches a key for the context's tuple and writes it there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PortChoice Search<TRandom>(in SearchContext<TAddress, TEra, TDesign, TRandom> search)
        where TRandom : struct, IRandomSource
    {
        PortCandidates candidates = PortCandidates.For(in search.Tuple, in search.Range, search.Manip, search.Traits);
        if (candidates.IsNone)
        {
            return PortChoice.Unchanged;
        }

        if (TEra.Search is PortSearch.Limited or PortSearch.LimitedEvicting)
        {
            // The stable kernels that lost their rover in 2022 kept the older loop for ICMP ids.
            return candidates.IsIcmp && !search.Traits.CommonIcmpSearch
                ? ScanIds(in search, in candidates)
                : SearchInRounds(in search, in candidates);
        }

        return candidates.IsIcmp
            ? ScanIds(in search, in candidates)
            : RangeScan<TAddress, TDesign>.Run(
                ref Unsafe.AsRef(in search), in candidates, lastUnchecked: TEra.Search == PortSearch.ScanLastUnchecked);
    }

    /// <summary>Up to 4.20: ICMP has a rover of its own that advances over used ids only, and knows no flags.</summary>
    private static PortChoice ScanIds<TRandom>(in SearchContext<TAddress, TEra, TDesign, TRandom> search, in PortCandidates candidates)
        where TRandom : struct, IRandomSource
    {
        ref ushort rover = ref search.Nat.Rover(search.Tuple.Protocol);
        for (uint tried = 1; ; tried++)
        {
            TDesign.Plain(AccessKind.Read, Unsafe.AsPointer(ref rover), sizeof(ushort));
            candidates.Apply(ref search.Tuple, rover);
            bool unchecked_ = TEra.Search != PortSearch.ScanAll && tried == candidates.Size;
            if (unchecked_ || !search.IsUsed())
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

    /// <summary>5.0 and later: see <see cref="SearchRounds"/>.</summary>
    private static PortChoice SearchInRounds<TRandom>(
        in SearchContext<TAddress, TEra, TDesign, TRandom> search, in PortCandidates candidates)
        where TRandom : struct, IRandomSource
    {
        var probe = new RoundProbe<TRandom>(in search, in candidates);
        ushort start = SearchStart<TAddress, TDesign>.Of(ref Unsafe.AsRef(in search), in candidates, out _);
        uint evicting = TEra.Search == PortSearch.LimitedEvicting ? SearchLimits.EvictingAttempts : 0;
        return SearchRounds.TryFind(ref probe, start, candidates.Size, evicting) ? PortChoice.Searched : PortChoice.Exhausted;
    }

    /// <summary>Puts candidates into the context's tuple and asks for them.</summary>
    private readonly ref struct RoundProbe<TRandom>(
        ref readonly SearchContext<TAddress, TEra, TDesign, TRandom> search, ref readonly PortCandidates candidates) : IRoundProbe
        where TRandom : struct, IRandomSource
    {
        private readonly SearchContext<TAddress, TEra, TDesign, TRandom> _search = search;
        private readonly ref readonly PortCandidates _candidates = ref candidates;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool IsUsed(ushort offset, bool mayEvict)
        {
            _candidates.Apply(ref _search.Tuple, offset);
            return mayEvict ? _search.IsUsedAfterEviction() : _search.IsUsed();
        }

        public ushort NextStart() => _search.Random.Next16();
    }
}
