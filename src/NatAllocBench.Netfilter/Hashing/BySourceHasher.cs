using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>The raw hash of the by-source table (<c>hash_by_src</c>): source address, source key and protocol.</summary>
internal static class BySourceHasher
{
    /// <summary>Hash of the source of <paramref name="tuple"/>.</summary>
    /// <typeparam name="TAddress">The address family.</typeparam>
    /// <param name="kind">The era's function.</param>
    /// <param name="secrets">Key, secret and salt.</param>
    /// <param name="tuple">An ORIGINAL tuple.</param>
    /// <param name="zone">The zone that is hashed: 0 unless the zone covers both directions.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SourceHash Hash<TAddress>(
        BySourceHash kind, in HashSecrets secrets, in ConntrackTuple<TAddress> tuple, ushort zone)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        if (kind == BySourceHash.Wyhash)
        {
            return new SourceHash(WyHash.OfSource(in secrets, in tuple));
        }

        if (kind != BySourceHash.SipHash32)
        {
            return new SourceHash(Jenkins(kind, in secrets, in tuple, zone));
        }

        return new SourceHash(SipHash32(
            secrets.Key,
            tuple.Source.LowWord,
            tuple.Source.HighWord,
            TupleWords.SourceKey(in tuple) | TupleWords.Salt(secrets.NetMix),
            (byte)tuple.Protocol | ((ulong)zone << 32)));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint SipHash32(SipKey key, ulong low, ulong high, ulong keys, ulong protocol) =>
        (uint)SipHash24.Hash32Bytes(key, low, high, keys, protocol);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint Jenkins<TAddress>(
        BySourceHash kind, in HashSecrets secrets, in ConntrackTuple<TAddress> tuple, ushort zone)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        uint keys = (uint)TupleWords.SourceKey(in tuple);
        uint protocol = (byte)tuple.Protocol;
        uint w0 = tuple.Source.Word(0);
        return kind switch
        {
            BySourceHash.Jenkins3 => Jenkins3.Hash5(
                w0, tuple.Source.Word(1), tuple.Source.Word(2), tuple.Source.Word(3), keys, protocol ^ secrets.Random ^ secrets.NetMix),
            BySourceHash.Jenkins3Zone => Jenkins3.Hash5(
                w0, tuple.Source.Word(1), tuple.Source.Word(2), tuple.Source.Word(3), keys, protocol ^ zone ^ secrets.Random),
            BySourceHash.Jenkins3Salted => Jenkins3.Hash3WordsUnsized(w0, (uint)(tuple.SourceKey ^ zone), protocol, secrets.Random),
            BySourceHash.Jenkins2Salted => Jenkins2.Hash3Words(w0, (uint)(tuple.SourceKey ^ zone), protocol, secrets.Random),
            _ => Jenkins2.Hash3Words(w0, tuple.SourceKey, protocol, 0),
        };
    }
}
