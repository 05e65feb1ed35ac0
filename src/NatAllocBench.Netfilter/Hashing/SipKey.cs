using System.Buffers.Binary;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>A 128-bit SipHash key as two 64-bit words.</summary>
/// <param name="k0">Key bytes 0..7 read little-endian.</param>
/// <param name="k1">Key bytes 8..15 read little-endian.</param>
public readonly struct SipKey(ulong k0, ulong k1)
{
    /// <summary>Key size in bytes.</summary>
    public const int Size = 16;

    /// <summary>Key bytes 0..7 read little-endian.</summary>
    public ulong K0 { get; } = k0;

    /// <summary>Key bytes 8..15 read little-endian.</summary>
    public ulong K1 { get; } = k1;

    /// <summary>Reads a key in memory order.</summary>
    /// <param name="bytes">Exactly 16 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> is not 16 bytes long.</exception>
    public static SipKey FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"a SipHash key has {Size} bytes, not {bytes.Length}", nameof(bytes));
        }

        return new SipKey(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
    }
}
