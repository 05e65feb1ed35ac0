namespace NatAllocBench.Netfilter.Conntrack;

/// <summary>How a table inserts and removes; a type parameter. Every design gives the same outcomes.</summary>
public interface ITableDesign
{
    /// <summary>Name in tables and options.</summary>
    static abstract string Name { get; }
}

/// <summary>The kernel's own way: ordered bucket locks (one global lock up to 3.14), and every hash computed where the kernel does.</summary>
public readonly struct KernelLocks : ITableDesign
{
    /// <inheritdoc/>
    public static string Name => "kernel-locks";
}
