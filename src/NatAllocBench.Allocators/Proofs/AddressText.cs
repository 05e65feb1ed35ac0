using System.Buffers.Binary;
using System.Net;
using System.Numerics;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Allocators.Proofs;

/// <summary>Addresses of vectors as numbers, and back.</summary>
internal static class AddressText
{
    public static TAddress Parse<TAddress>(string text)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
    {
        byte[] bytes = IPAddress.TryParse(text, out IPAddress? address) ? address.GetAddressBytes() : [];
        return bytes.Length == default(TAddress).GetByteCount()
            ? TAddress.ReadBigEndian(bytes, isUnsigned: true)
            : throw new VectorFormatException($"'{text}' is not an address of {8 * default(TAddress).GetByteCount()} bits");
    }

    public static string Of(uint address)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, address);
        return new IPAddress(bytes).ToString();
    }
}
