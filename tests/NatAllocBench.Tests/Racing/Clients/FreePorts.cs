using NatAllocBench.Racing.Clients;

namespace NatAllocBench.Tests.Racing.Clients;

/// <summary>An idle host's in-use test.</summary>
internal readonly struct FreePorts : IPortInUse
{
    public bool IsInUse(ushort port) => false;
}
