using System.Buffers.Binary;
using System.Numerics;
using NatAllocBench.Netfilter.Hashing;

namespace NatAllocBench.Allocators.Pf;

/// <summary>The keyed hashes of <c>source-hash</c> pools.</summary>
internal static class PfSourceHash
{
    /// <summary>SipHash-2-4: OpenBSD and FreeBSD main.</summary>
    public static TAddress Sip<TAddress>(byte[] key, TAddress source)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
    {
        byte[] bytes = new byte[source.GetByteCount()];
        source.WriteBigEndian(bytes);
        ulong hash = SipHash24.Hash(SipKey.FromBytes(key), bytes);
        (uint low, uint high) = ((uint)hash, (uint)(hash >> 32));
        return PoolWords.FromRaw<TAddress>([low, high, ~high, ~low]);
    }

    /// <summary>Jenkins' lookup2: FreeBSD 12 to 14.</summary>
    public static TAddress Lookup2<TAddress>(byte[] key, TAddress source)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
    {
        uint a = 0x9e3779b9;
        uint b = 0x9e3779b9;
        uint c = Key(key, 0);
        if (PoolWords.Count<TAddress>() == 1)
        {
            a += PoolWords.Raw(source, 0);
            b += Key(key, 1);
            Mix(ref a, ref b, ref c);
            return PoolWords.FromRaw<TAddress>([c + Key(key, 2)]);
        }

        Span<uint> result = stackalloc uint[4];
        ReadOnlySpan<int> first = [0, 1, 2, 3];
        ReadOnlySpan<int> second = [2, 3, 1, 0];
        for (int i = 0; i < result.Length; i++)
        {
            a += PoolWords.Raw(source, first[i]);
            b += PoolWords.Raw(source, second[i]);
            c += i == 0 ? 0 : Key(key, i);
            Mix(ref a, ref b, ref c);
            result[i] = c;
        }

        return PoolWords.FromRaw<TAddress>(result);
    }

    private static uint Key(byte[] key, int word) => BinaryPrimitives.ReadUInt32LittleEndian(key.AsSpan(sizeof(uint) * word));

    private static void Mix(ref uint a, ref uint b, ref uint c)
    {
        a = (a - b - c) ^ (c >> 13);
        b = (b - c - a) ^ (a << 8);
        c = (c - a - b) ^ (b >> 13);
        a = (a - b - c) ^ (c >> 12);
        b = (b - c - a) ^ (a << 16);
        c = (c - a - b) ^ (b >> 5);
        a = (a - b - c) ^ (c >> 3);
        b = (b - c - a) ^ (a << 10);
        c = (c - a - b) ^ (b >> 15);
    }
}
