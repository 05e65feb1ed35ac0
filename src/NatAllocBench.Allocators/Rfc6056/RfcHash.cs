using System.Buffers.Binary;
using System.Security.Cryptography;

namespace NatAllocBench.Allocators.Rfc6056;

/// <summary>
/// F and G of algorithms 3 and 4: the first four bytes of MD5 over the endpoints and a secret. The RFC leaves the hash open.
/// </summary>
internal static class RfcHash
{
    /// <summary>Bytes of a secret.</summary>
    public const int KeySize = 16;

    private const int EndpointSize = 10;

    public static uint Of(in FlowTuple<uint> original, ReadOnlySpan<byte> key)
    {
        Span<byte> message = stackalloc byte[EndpointSize + KeySize];
        BinaryPrimitives.WriteUInt32BigEndian(message, original.Source);
        BinaryPrimitives.WriteUInt32BigEndian(message[4..], original.Destination);
        BinaryPrimitives.WriteUInt16BigEndian(message[8..], original.DestinationPort);
        key.CopyTo(message[EndpointSize..]);
        Span<byte> digest = stackalloc byte[MD5.HashSizeInBytes];
#pragma warning disable CA5351 // The RFC's own example; no secret rests on it here.
        MD5.HashData(message, digest);
#pragma warning restore CA5351
        return BinaryPrimitives.ReadUInt32BigEndian(digest);
    }
}
