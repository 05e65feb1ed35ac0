namespace NatAllocBench.Netfilter.Batching;

/// <summary>Parts of a connection of the short path, in order: where a rehearsal can end.</summary>
public enum ConnectPart
{
    /// <summary>Guess of the REPLY tuples, hashes and buckets.</summary>
    Hashes,

    /// <summary>Memory of the next block fetched ahead.</summary>
    Fetches,

    /// <summary>Heads of ORIGINAL and source read, their chains walked.</summary>
    Lookups,

    /// <summary>The connection's own port probed.</summary>
    KeptPort,

    /// <summary>A port searched for.</summary>
    Search,

    /// <summary>The entry written.</summary>
    Entry,
}
