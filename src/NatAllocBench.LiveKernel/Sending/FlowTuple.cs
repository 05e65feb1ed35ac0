using System.Runtime.InteropServices;

namespace NatAllocBench.LiveKernel;

/// <summary>The original-direction tuple of one packet, in host byte order; the protocol is the plan's.</summary>
/// <param name="SourceAddress">Client address.</param>
/// <param name="DestinationAddress">Server address.</param>
/// <param name="SourcePort">Client port.</param>
/// <param name="DestinationPort">Server port.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FlowTuple(uint SourceAddress, uint DestinationAddress, ushort SourcePort, ushort DestinationPort);
