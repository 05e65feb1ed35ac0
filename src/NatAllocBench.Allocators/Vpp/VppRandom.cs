namespace NatAllocBench.Allocators.Vpp;

/// <summary>The generator of VPP's NAT plugins: one seed per plugin instance, which all workers move on without a lock.</summary>
internal struct VppRandom(uint seed)
{
    /// <summary>The last draw.</summary>
    public uint Seed { get; private set; } = seed;

    public uint Next() => Seed = (1664525 * Seed) + 1013904223;

    /// <summary>A port from <paramref name="low"/> to <paramref name="high"/>: the low 16 bits if they fit, else the remainder.</summary>
    public uint Port(uint low, uint high)
    {
        uint draw = Next();
        uint port = draw & 0xffff;
        return low <= port && port <= high ? port : low + (draw % (high - low + 1));
    }
}
