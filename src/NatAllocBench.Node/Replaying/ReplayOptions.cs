namespace NatAllocBench.Node.Replaying;

/// <summary>Which CPU handles a connection that the recording does not tell it of.</summary>
public enum CpuChoice
{
    /// <summary>A hash of the client's address: each client has its CPU.</summary>
    Hash,

    /// <summary>A hash of both ends, as receive-side scaling does.</summary>
    Rss,

    /// <summary>One after the other.</summary>
    RoundRobin,
}

/// <summary>How a recording is replayed.</summary>
public sealed record ReplayOptions
{
    /// <summary>Seconds from choice to insertion, where the recording does not tell.</summary>
    public double Window { get; init; } = 0.9e-6;

    /// <summary>Seconds of work of a connection before it chooses; matters for one that waits for its CPU.</summary>
    public double Path { get; init; }

    /// <summary>CPUs that take new connections, 1 to 1024.</summary>
    public int Cpus { get; init; } = 2;

    /// <summary>Which of them takes which connection.</summary>
    public CpuChoice CpuChoice { get; init; }

    /// <summary>Seeds, 1 to 1000.</summary>
    public int Seeds { get; init; } = 20;
}
