using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// What-if, no kernel does this: a fast keyed hash in the place of SipHash, wyhash of a tuple's words with two 64 by 64 multiplications for
/// IPv4. The native peers have the same one. It is no defence against flooding.
/// </summary>
internal static class WyHash
{
    private const ulong Secret0 = 0x8bb84b93962eacc9;
    private const ulong Secret1 = 0x2d358dccaa6c78a5;
    private const ulong Length = 16;

    /// <summary>Hash of a tuple.</summary>
    /// <param name="secrets">Key and salt.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint OfTuple<TAddress>(in HashSecrets secrets, in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress> => OfWords(
            in secrets,
            TAddress.WordCount == 1
                ? tuple.Source.LowWord | (tuple.Destination.LowWord << 32)
                : Fold(tuple.Source.LowWord ^ Secret0, tuple.Source.HighWord ^ Secret1)
                    ^ Fold(tuple.Destination.LowWord ^ Secret1, tuple.Destination.HighWord ^ Secret0),
            tuple.Keys);

    /// <summary>Hash of a source: its address, key, protocol and zone.</summary>
    /// <param name="secrets">Key and salt.</param>
    /// <param name="tuple">An ORIGINAL tuple.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint OfSource<TAddress>(in HashSecrets secrets, in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress> => OfWords(
            in secrets,
            TAddress.WordCount == 1 ? tuple.Source.LowWord : Fold(tuple.Source.LowWord ^ Secret0, tuple.Source.HighWord ^ Secret1),
            tuple.Keys & ~TupleWords.DestinationKeyMask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint OfWords(in HashSecrets secrets, ulong addresses, ulong keys) =>
        (uint)Fold(Secret0 ^ Length, Fold(addresses ^ Secret0, keys ^ Secret1 ^ secrets.Key.K0 ^ secrets.NetMix));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong x, ulong y)
    {
        ulong high = Math.BigMul(x, y, out ulong low);
        return high ^ low;
    }
}
