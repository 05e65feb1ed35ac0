using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Nat;

/// <summary>
/// The choice of an address from a pool (<c>find_best_ips_proto</c>): a pure function of client and destination, or of the client
/// alone with <c>persistent</c>. Nothing counts use, and no other address is tried when one runs out of ports.
/// </summary>
internal static class AddressPool
{
    /// <summary>Writes the pool address into the side of <paramref name="tuple"/> that <paramref name="manip"/> rewrites.</summary>
    /// <param name="tuple">A tuple in original direction, its address not yet translated.</param>
    /// <param name="range">The rule.</param>
    /// <param name="manip">The side that is rewritten.</param>
    /// <param name="hash">The era's hash.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Choose<TAddress>(
        ref ConntrackTuple<TAddress> tuple, in NatRange<TAddress> range, ManipType manip, PoolHash hash)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        if ((range.Flags & NatFlags.MapIps) == 0)
        {
            return;
        }

        TAddress chosen = AddressFor(in tuple, in range, manip, hash);
        if (manip == ManipType.Source)
        {
            tuple.Source = chosen;
        }
        else
        {
            tuple.Destination = chosen;
        }
    }

    /// <summary>The address that a rule with <see cref="NatFlags.MapIps"/> gives to a tuple.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TAddress AddressFor<TAddress>(
        in ConntrackTuple<TAddress> tuple, in NatRange<TAddress> range, ManipType manip, PoolHash hash)
        where TAddress : unmanaged, IAddress<TAddress> =>
        range.MinAddress.Equals(range.MaxAddress) ? range.MinAddress : FromPool(in tuple, in range, manip, hash);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TAddress FromPool<TAddress>(
        in ConntrackTuple<TAddress> tuple, in NatRange<TAddress> range, ManipType manip, PoolHash hash)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        TAddress chosen = manip == ManipType.Source ? tuple.Source : tuple.Destination;
        bool persistent = (range.Flags & NatFlags.Persistent) != 0;
        int last = TAddress.WordCount - 1;
        uint seed = persistent ? 0 : tuple.Destination.Word(last) ^ tuple.Zone;
        TAddress source = tuple.Source;
        uint j = hash switch
        {
            PoolHash.Jenkins3Union => Jenkins3.Hash4(source.Word(0), source.Word(1), source.Word(2), source.Word(3), seed),
            PoolHash.Jenkins3Words2 => Jenkins3.Hash2WordsUnsized(source.Word(0), seed, 0),
            _ => Jenkins2.Hash2Words(source.Word(0), seed, 0),
        };
        bool full = false;
        for (int i = 0; i <= last; i++)
        {
            uint low = full ? 0 : BinaryPrimitives.ReverseEndianness(range.MinAddress.Word(i));
            uint width = full ? uint.MaxValue : BinaryPrimitives.ReverseEndianness(range.MaxAddress.Word(i)) - low + 1;
            uint word = BinaryPrimitives.ReverseEndianness(low + ReciprocalScale.Scale(j, width));
            chosen = chosen.WithWord(i, word);
            full |= word != range.MaxAddress.Word(i);
            if (!persistent)
            {
                // With DNAT this is the word that was just chosen: the kernel writes in place and reads it back.
                j ^= manip == ManipType.Source ? tuple.Destination.Word(i) : word;
            }
        }

        return chosen;
    }
}
