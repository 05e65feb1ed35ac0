using System.Buffers.Binary;

namespace NatAllocBench.Allocators.Vpp;

/// <summary>Which worker a client belongs to, and which ports that worker may give out.</summary>
internal static class VppSharding
{
    public const uint FirstPort = 1024;

    /// <summary>An address as VPP calculates with it: the bytes of network order read as little-endian.</summary>
    public static uint LittleEndian(uint address) => BinaryPrimitives.ReverseEndianness(address);

    /// <summary>The bytes of an address folded, modulo 2^32.</summary>
    public static uint Fold(uint address)
    {
        uint source = LittleEndian(address);
        return source + (source >> 8) + (source >> 16) + (source >> 24);
    }

    /// <summary>The position of the worker that a client's first packets go to.</summary>
    public static uint WorkerOf(uint source, uint workers) =>
        (workers & (workers - 1)) == 0 ? Fold(source) & (workers - 1) : Fold(source) % workers;
}
