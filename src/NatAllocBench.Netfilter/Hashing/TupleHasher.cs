using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// The raw 32-bit hash of a tuple (<c>hash_conntrack_raw</c>) in each of its five historical forms. The bucket is the scaled value.
/// </summary>
/// <remarks>
/// The input words are those of the kernel's 40-byte tuple on a little-endian host. Deviates for zones other than 0 before 4.4,
/// where the zone went into the Jenkins start value too: the model uses zones only to tell tuples apart.
/// </remarks>
public static class TupleHasher
{
    /// <summary>Hash of <paramref name="tuple"/> under the function of <typeparamref name="TEra"/>.</summary>
    /// <typeparam name="TAddress">The address family.</typeparam>
    /// <typeparam name="TEra">The era.</typeparam>
    /// <param name="options">Key, secret and salt.</param>
    /// <param name="tuple">The tuple.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Hash<TAddress, TEra>(in HashSecrets options, in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra => TEra.Hash switch
        {
            TableHash.SipHash39 => SipHash39(in options, in tuple),
            TableHash.SipHash48 => SipHash48(in options, in tuple),
            TableHash.SipHash4Words => SipHash4Words(in options, in tuple),
            TableHash.Jenkins3 => Jenkins3.Hash9(
                tuple.Source.Word(0), tuple.Source.Word(1), tuple.Source.Word(2), tuple.Source.Word(3), KeyWord(in tuple),
                tuple.Destination.Word(0), tuple.Destination.Word(1), tuple.Destination.Word(2), tuple.Destination.Word(3),
                JenkinsStart(in options, in tuple)),
            _ => Jenkins2.Hash9(
                tuple.Source.Word(0), tuple.Source.Word(1), tuple.Source.Word(2), tuple.Source.Word(3), KeyWord(in tuple),
                tuple.Destination.Word(0), tuple.Destination.Word(1), tuple.Destination.Word(2), tuple.Destination.Word(3),
                JenkinsStart(in options, in tuple)),
        };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint SipHash39<TAddress>(in HashSecrets secrets, in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        ulong low = tuple.Destination.LowWord;
        ulong high = tuple.Destination.HighWord;
        var key = new SipKey(secrets.Key.K0 ^ tuple.Zone, secrets.Key.K1 ^ secrets.NetMix);
        ulong tail = (high >> 32) | ((ulong)tuple.DestinationKey << 32) | ((ulong)tuple.Protocol << 48);
        return TAddress.WordCount == 1
            ? SipHash39OfIPv4(key, tuple.Source.LowWord, KeyWord(in tuple) | (low << 32), tail)
            : SipHash39(key, tuple.Source.LowWord, tuple.Source.HighWord, KeyWord(in tuple) | (low << 32), (low >> 32) | (high << 32), tail);
    }

    // Out of line, but with all that is hashed in registers: a tuple that goes by reference would have to be in memory.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint SipHash39OfIPv4(SipKey key, ulong source, ulong keysAndDestination, ulong tail) =>
        (uint)SipHash24.Hash39Bytes(key, source, 0, keysAndDestination, 0, tail);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint SipHash39(SipKey key, ulong w0, ulong w1, ulong w2, ulong w3, ulong tail) =>
        (uint)SipHash24.Hash39Bytes(key, w0, w1, w2, w3, tail);

    private static uint SipHash48<TAddress>(in HashSecrets secrets, in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        ulong destinationLow = tuple.Destination.LowWord;
        ulong destinationHigh = tuple.Destination.HighWord;
        return (uint)SipHash24.Hash48Bytes(
            secrets.Key,
            tuple.Source.LowWord,
            tuple.Source.HighWord,
            KeyWord(in tuple) | (destinationLow << 32),
            (destinationLow >> 32) | (destinationHigh << 32),
            (destinationHigh >> 32) | ((ulong)tuple.Zone << 32),
            secrets.NetMix | ((ulong)tuple.DestinationKey << 32) | ((ulong)tuple.Protocol << 48));
    }

    private static uint SipHash4Words<TAddress>(in HashSecrets secrets, in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        static ulong Pair(uint high, uint low) => ((ulong)high << 32) | low;
        uint keys = ((uint)tuple.DestinationKey << 16) | (byte)tuple.Protocol;
        return (uint)SipHash24.Hash32Bytes(
            secrets.Key,
            Pair(tuple.Source.Word(0), tuple.Source.Word(3)),
            Pair(tuple.Destination.Word(0), tuple.Destination.Word(3)),
            Pair(tuple.SourceKey, keys) ^ Pair(tuple.Source.Word(1), tuple.Source.Word(2)),
            Pair(tuple.Zone, secrets.NetMix) + Pair(tuple.Destination.Word(1), tuple.Destination.Word(2)));
    }

    /// <summary>Bytes 16 to 19 of the kernel's tuple: source key and family.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint KeyWord<TAddress>(in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress> => tuple.SourceKey | ((uint)TAddress.L3Num << 16);

    private static uint JenkinsStart<TAddress>(in HashSecrets secrets, in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress> =>
        secrets.Random ^ secrets.NetMix ^ (((uint)tuple.DestinationKey << 16) | (byte)tuple.Protocol);
}

/// <summary>What salts the hashes of one table.</summary>
/// <param name="Key">SipHash key (5.15 and later).</param>
/// <param name="Random">Jenkins secret (up to 5.14).</param>
/// <param name="NetMix">Salt of the network namespace.</param>
public readonly record struct HashSecrets(SipKey Key, uint Random, uint NetMix);
