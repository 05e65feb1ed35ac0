namespace NatAllocBench.Racing.Workloads;

/// <summary>How clients choose their source ports.</summary>
public enum SourcePortChoice
{
    /// <summary>As the kernel's connect() of the era does, each client in a namespace of its own on one host.</summary>
    Kernel,

    /// <summary>Every client draws the same sequence: the n-th connection of each has the same port.</summary>
    Shared,

    /// <summary>One port for all, 20000: every connection needs a client address of its own.</summary>
    Fixed,
}

/// <summary>How the entries that are in TIME_WAIT at the start came about.</summary>
public enum FillKind
{
    /// <summary>By the allocator itself, from clients with ephemeral ports: what a node looks like.</summary>
    Self,

    /// <summary>By the allocator itself, from clients that all have one port: nearly every entry comes from a search.</summary>
    Fixed,

    /// <summary>As <see cref="Fixed"/>, by first packets that nobody answers: TCP stays in SYN_SENT, so that no SYN may evict it.</summary>
    Unanswered,

    /// <summary>Ports drawn at random.</summary>
    Random,

    /// <summary>One block of ports.</summary>
    Block,
}
