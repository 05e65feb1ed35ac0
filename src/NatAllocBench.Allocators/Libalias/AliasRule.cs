namespace NatAllocBench.Allocators.Libalias;

/// <summary>The settings of one instance.</summary>
/// <param name="Address">Alias address.</param>
/// <param name="KeepsPort"><c>same_ports</c>: the client's port is tried first.</param>
/// <param name="FirstPort">First port of <c>port_range</c> (from 13 on).</param>
/// <param name="PortCount">Ports of <c>port_range</c>.</param>
internal readonly record struct AliasRule(
    uint Address, bool KeepsPort, ushort FirstPort = AliasRule.LowestPort, uint PortCount = AliasRule.Half)
{
    /// <summary>Where random ports begin by default.</summary>
    public const ushort LowestPort = 0x8000;

    private const uint Half = 0x8000;
}

/// <summary>An instance remembers its links only.</summary>
internal struct AliasState;
