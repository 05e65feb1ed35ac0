using System.Buffers.Binary;
using System.Numerics;

namespace NatAllocBench.Allocators.Pf;

/// <summary>Addresses as 32-bit words, counted from the lowest.</summary>
internal static class PoolWords
{
    public static int Count<TAddress>()
        where TAddress : unmanaged, IBinaryInteger<TAddress> => default(TAddress).GetByteCount() / sizeof(uint);

    public static uint Of<TAddress>(TAddress address, int word)
        where TAddress : unmanaged, IBinaryInteger<TAddress> => uint.CreateTruncating(address >> (32 * word));

    public static TAddress With<TAddress>(TAddress address, int word, uint value)
        where TAddress : unmanaged, IBinaryInteger<TAddress> =>
        (address & ~(TAddress.CreateTruncating(uint.MaxValue) << (32 * word))) | (TAddress.CreateTruncating(value) << (32 * word));

    /// <summary>The word as it lies in memory in network order, read as little-endian; counted from the first byte.</summary>
    public static uint Raw<TAddress>(TAddress address, int word)
        where TAddress : unmanaged, IBinaryInteger<TAddress> =>
        BinaryPrimitives.ReverseEndianness(Of(address, Count<TAddress>() - 1 - word));

    /// <summary>An address from its words as they lie in memory.</summary>
    public static TAddress FromRaw<TAddress>(ReadOnlySpan<uint> words)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
    {
        TAddress address = TAddress.Zero;
        int count = Count<TAddress>();
        for (int i = 0; i < count; i++)
        {
            address = With(address, count - 1 - i, BinaryPrimitives.ReverseEndianness(words[i]));
        }

        return address;
    }
}
