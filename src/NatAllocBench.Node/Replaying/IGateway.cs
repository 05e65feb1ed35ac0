using NatAllocBench.Node.Recordings;

namespace NatAllocBench.Node.Replaying;

/// <summary>Why a connection failed.</summary>
internal enum Loss
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>Another one kept the same port at the same time.</summary>
    KeptPort,

    /// <summary>Another one found the same port at the same time.</summary>
    Search,

    /// <summary>The search found no port.</summary>
    Exhausted,

    /// <summary>A hash chain was too long.</summary>
    Chain,
}

/// <summary>What a connection chose.</summary>
/// <param name="Probes">Ports that it looked at.</param>
/// <param name="Kept">Whether it has its own port.</param>
internal readonly record struct Chosen(int Probes, bool Kept);

/// <summary>A gateway in virtual time: one connection at a time does one step. Numbers are places in the list of connections.</summary>
internal interface IGateway : IDisposable
{
    /// <summary>The allocator chooses a mapping.</summary>
    Chosen Choose(int number, int cpu, RecordedConnection connection);

    /// <summary>The mapping is inserted, or refused.</summary>
    Loss Insert(int number, int cpu);

    /// <summary>Both sides close: the port stays taken.</summary>
    void Close(int number, int cpu);

    /// <summary>The port is free again.</summary>
    void Free(int number, int cpu);

    /// <summary>NAT addresses in use so far.</summary>
    int AddressesUsed { get; }
}
