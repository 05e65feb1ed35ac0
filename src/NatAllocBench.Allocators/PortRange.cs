namespace NatAllocBench.Allocators;

/// <summary>A range of ports, both ends included.</summary>
public readonly record struct PortRange(ushort First, ushort Last)
{
    /// <summary>The range in which all systems are compared: 1024 to 65535.</summary>
    public static PortRange Common { get; } = new(1024, 65535);

    /// <summary>Number of ports.</summary>
    public int Count => Last - First + 1;

    /// <inheritdoc/>
    public override string ToString() => $"{First}-{Last}";
}
