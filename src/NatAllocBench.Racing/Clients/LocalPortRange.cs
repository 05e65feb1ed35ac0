using NatAllocBench.Netfilter.Eras;

namespace NatAllocBench.Racing.Clients;

/// <summary>The ports a client may choose from (sysctl net.ipv4.ip_local_port_range).</summary>
internal readonly record struct LocalPortRange
{
    /// <summary>A range of ports.</summary>
    /// <param name="low">Lowest port, inclusive, at least 1.</param>
    /// <param name="high">Highest port, inclusive, at least <paramref name="low"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or contains port 0.</exception>
    public LocalPortRange(ushort low, ushort high)
    {
        ArgumentOutOfRangeException.ThrowIfZero(low);
        ArgumentOutOfRangeException.ThrowIfLessThan(high, low);
        Low = low;
        High = high;
    }

    /// <summary>Lowest port, inclusive.</summary>
    public ushort Low { get; }

    /// <summary>Highest port, inclusive.</summary>
    public ushort High { get; }

    /// <summary>Number of ports, 1..65535.</summary>
    public uint Count => (uint)(High - Low + 1);

    /// <summary>A kernel's default: 32768..61000 before 4.2, 32768..60999 from 4.2.</summary>
    /// <param name="version">The client's kernel.</param>
    /// <returns>The range.</returns>
    public static LocalPortRange Default(KernelVersion version)
        => new(32768, version < new KernelVersion(4, 2) ? (ushort)61000 : (ushort)60999);
}
