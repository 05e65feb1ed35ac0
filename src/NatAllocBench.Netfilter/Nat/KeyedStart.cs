using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Nat;

/// <summary>
/// Where <c>random</c> starts up to 4.20: the same port for every client of one destination, until the next boot or for 10 s.
/// </summary>
public static class KeyedStart
{
    /// <summary>The constant start offset for a destination.</summary>
    /// <param name="era">An era whose <c>random</c> is keyed.</param>
    /// <param name="nat">The host's secrets.</param>
    /// <param name="tuple">A tuple with the NAT address as its source.</param>
    /// <param name="nowMs">The clock, ms; matters in eras whose start moves.</param>
    /// <returns>The offset, 0 to 65535; the first candidate is the range's first port plus the offset modulo the size.</returns>
    /// <exception cref="ArgumentException">The era's <c>random</c> is not keyed.</exception>
    public static ushort Of<TAddress>(Era era, NatState nat, in ConntrackTuple<TAddress> tuple, uint nowMs = 0)
        where TAddress : unmanaged, IAddress<TAddress> =>
        era.Traits.IsRandomKeyed
            ? StartOffsets.Keyed(era.Traits.RandomStart, nat, in tuple, ManipType.Source, nowMs)
            : throw new ArgumentException($"era {era.Name} starts at random", nameof(era));
}
