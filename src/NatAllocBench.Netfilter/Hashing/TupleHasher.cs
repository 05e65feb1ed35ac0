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
internal static class TupleHasher
{
    /// <summary>Hash of <paramref name="tuple"/> under the function of <typeparamref name="TEra"/>.</summary>
    /// <typeparam name="TAddress">The address family.</typeparam>
    /// <typeparam name="TEra">The era.</typeparam>
    /// <param name="options">Key, secret and salt.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TupleHash Hash<TAddress, TEra>(in HashSecrets options, in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra => new(TEra.Hash switch
        {
            TableHash.SipHash39 => SipHash39(in options, in tuple),
            TableHash.Wyhash => WyHash.OfTuple(in options, in tuple),
            TableHash.SipHash48 => SipHash48(in options, in tuple),
            TableHash.SipHash4Words => SipHash4Words(in options, in tuple),
            TableHash.Jenkins3 => JenkinsOf3(in options, in tuple),
            _ => JenkinsOf2(in options, in tuple),
        });

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint SipHash39<TAddress>(in HashSecrets secrets, in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        var key = new SipKey(secrets.Key.K0 ^ tuple.Zone, secrets.Key.K1 ^ secrets.NetMix);
        ulong tail = TupleWords.DestinationEnd(in tuple) | TupleWords.Tail(tuple.Keys);
        return TAddress.WordCount == 1
            ? SipHash39OfIPv4(key, tuple.Source.LowWord, TupleWords.Second(in tuple), tail)
            : SipHash39(key, tuple.Source.LowWord, tuple.Source.HighWord, TupleWords.Second(in tuple), TupleWords.Third(in tuple), tail);
    }

    // Out of line, but with all that is hashed in registers: a tuple that goes by reference would have to be in memory.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint SipHash39OfIPv4(SipKey key, ulong source, ulong keysAndDestination, ulong tail) =>
        (uint)SipHash24.Hash39Bytes(key, source, 0, keysAndDestination, 0, tail);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint SipHash39(SipKey key, ulong w0, ulong w1, ulong w2, ulong w3, ulong tail) =>
        (uint)SipHash24.Hash39Bytes(key, w0, w1, w2, w3, tail);

    private static uint SipHash48<TAddress>(in HashSecrets secrets, in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress> => (uint)SipHash24.Hash48Bytes(
            secrets.Key,
            tuple.Source.LowWord,
            tuple.Source.HighWord,
            TupleWords.Second(in tuple),
            TupleWords.Third(in tuple),
            TupleWords.DestinationEnd(in tuple) | (tuple.Keys & TupleWords.ZoneMask),
            secrets.NetMix | TupleWords.Tail(tuple.Keys));

    private static uint SipHash4Words<TAddress>(in HashSecrets secrets, in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress> => (uint)SipHash24.Hash32Bytes(
            secrets.Key,
            TupleWords.ShortSource(in tuple),
            TupleWords.ShortDestination(in tuple),
            TupleWords.ShortKeys(in tuple) ^ TupleWords.ShortDestinationKey(tuple.DestinationKey),
            TupleWords.ShortSalt(in tuple, secrets.NetMix));

    // Both out of line: the JIT inlines a branch before it knows that a constant rules it out, and what is in it counts against the locals
    // that it keeps in registers. The probe of every era has this method in it several times.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint JenkinsOf3<TAddress>(in HashSecrets secrets, in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress> => Jenkins3.Hash9(
            tuple.Source.Word(0), tuple.Source.Word(1), tuple.Source.Word(2), tuple.Source.Word(3),
            (uint)TupleWords.SourceKey(in tuple),
            tuple.Destination.Word(0), tuple.Destination.Word(1), tuple.Destination.Word(2), tuple.Destination.Word(3),
            JenkinsStart(in secrets, in tuple));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint JenkinsOf2<TAddress>(in HashSecrets secrets, in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress> => Jenkins2.Hash9(
            tuple.Source.Word(0), tuple.Source.Word(1), tuple.Source.Word(2), tuple.Source.Word(3),
            (uint)TupleWords.SourceKey(in tuple),
            tuple.Destination.Word(0), tuple.Destination.Word(1), tuple.Destination.Word(2), tuple.Destination.Word(3),
            JenkinsStart(in secrets, in tuple));

    private static uint JenkinsStart<TAddress>(in HashSecrets secrets, in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress> =>
        secrets.Random ^ secrets.NetMix ^ (((uint)tuple.DestinationKey << 16) | (byte)tuple.Protocol);
}

/// <summary>What salts the hashes of one table.</summary>
/// <param name="Key">SipHash key (5.15 and later).</param>
/// <param name="Random">Jenkins secret (up to 5.14).</param>
/// <param name="NetMix">Salt of the network namespace.</param>
internal readonly record struct HashSecrets(SipKey Key, uint Random, uint NetMix);
