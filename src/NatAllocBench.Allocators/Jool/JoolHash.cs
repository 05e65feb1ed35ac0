using System.Buffers.Binary;
using System.Security.Cryptography;

namespace NatAllocBench.Allocators.Jool;

/// <summary>Which fields of the packet decide where a search starts (<c>f-args</c>).</summary>
[Flags]
internal enum JoolFields
{
    None = 0,
    DestinationPort = 1,
    Destination = 2,
    SourcePort = 4,
    Source = 8,

    /// <summary>All but the source port.</summary>
    Usual = Source | Destination | DestinationPort,
}

/// <summary><c>rfc6056_f</c>: the last word of MD5 over the chosen fields and the module's secret.</summary>
internal static class JoolHash
{
    /// <summary>Bytes of the secret.</summary>
    public const int SecretSize = 128;

    private const int MaxFields = 36;
    private const int Word = 12;

    /// <summary>Writes the fields in the order in which they are hashed; ports are little-endian, as an x86 host has them.</summary>
    /// <returns>Their length in bytes.</returns>
    public static int Write(in FlowTuple<UInt128> flow, JoolFields fields, Span<byte> message)
    {
        int length = 0;
        if (fields.HasFlag(JoolFields.Source))
        {
            BinaryPrimitives.WriteUInt128BigEndian(message[length..], flow.Source);
            length += 16;
        }

        if (fields.HasFlag(JoolFields.SourcePort))
        {
            BinaryPrimitives.WriteUInt16LittleEndian(message[length..], flow.SourcePort);
            length += sizeof(ushort);
        }

        if (fields.HasFlag(JoolFields.Destination))
        {
            BinaryPrimitives.WriteUInt128BigEndian(message[length..], flow.Destination);
            length += 16;
        }

        if (fields.HasFlag(JoolFields.DestinationPort))
        {
            BinaryPrimitives.WriteUInt16LittleEndian(message[length..], flow.DestinationPort);
            length += sizeof(ushort);
        }

        return length;
    }

    /// <summary>F of a packet.</summary>
    public static uint Of(in FlowTuple<UInt128> flow, JoolFields fields, ReadOnlySpan<byte> secret)
    {
        Span<byte> message = stackalloc byte[MaxFields + SecretSize];
        int length = Write(in flow, fields, message);
        secret.CopyTo(message[length..]);
        Span<byte> digest = stackalloc byte[MD5.HashSizeInBytes];
#pragma warning disable CA5351 // Jool's own hash; no secret of ours rests on it.
        MD5.HashData(message[..(length + secret.Length)], digest);
#pragma warning restore CA5351
        return BinaryPrimitives.ReadUInt32LittleEndian(digest[Word..]);
    }
}
