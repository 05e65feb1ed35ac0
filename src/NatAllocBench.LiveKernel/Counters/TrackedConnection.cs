using System.Runtime.InteropServices;

namespace NatAllocBench.LiveKernel;

/// <summary>An entry of the kernel's table as ctnetlink tells it, host byte order.</summary>
/// <param name="Original">The tuple the client sent.</param>
/// <param name="Reply">The tuple an answer would have; its destination is the translated address and port of the client.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TrackedConnection(FlowTuple Original, FlowTuple Reply)
{
    /// <summary>The source port the kernel chose.</summary>
    public ushort MappedPort => Reply.DestinationPort;
}
