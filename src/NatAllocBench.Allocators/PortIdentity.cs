namespace NatAllocBench.Allocators;

/// <summary>For whom a taken port is taken.</summary>
public enum PortIdentity
{
    /// <summary>For one remote address and port; others may be served by the same port.</summary>
    PerDestination,

    /// <summary>For all destinations of the protocol.</summary>
    AllDestinations,
}
