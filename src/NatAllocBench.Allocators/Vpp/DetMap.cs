namespace NatAllocBench.Allocators.Vpp;

/// <summary>A deterministic mapping: the ports of a client follow from its address.</summary>
/// <param name="Inside">First inside address.</param>
/// <param name="InsideLength">Length of the inside prefix.</param>
/// <param name="Outside">First outside address.</param>
/// <param name="OutsideLength">Length of the outside prefix.</param>
internal readonly record struct DetMap(uint Inside, int InsideLength, uint Outside, int OutsideLength)
{
    private const uint FirstPort = 1024;
    private const uint Ports = 64512;

    /// <summary>Clients per outside address.</summary>
    public uint SharingRatio => (uint)((1UL << (32 - InsideLength)) / (1UL << (32 - OutsideLength)));

    public uint PortsPerHost => Ports / SharingRatio;

    /// <summary>Outside address and lowest port of a client.</summary>
    public (uint Address, ushort LowPort) Forward(uint client)
    {
        uint index = client - Inside;
        return (Outside + (index / SharingRatio), (ushort)(FirstPort + (PortsPerHost * (index % SharingRatio))));
    }

    /// <summary>The client that an outside endpoint belongs to.</summary>
    public uint Reverse(uint address, ushort port) =>
        Inside + ((address - Outside) * SharingRatio) + ((port - FirstPort) / PortsPerHost);
}
