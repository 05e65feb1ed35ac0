namespace NatAllocBench.Netfilter.Nat;

/// <summary>How many candidates a search probes from 5.0 on (<c>nf_nat_l4proto_unique_tuple</c>).</summary>
internal static class SearchLimits
{
    /// <summary>Attempts of the first round; each further round has half as many.</summary>
    public const uint MaxAttempts = 128;

    /// <summary>After a round of fewer attempts there is no further one.</summary>
    public const uint MinAttempts = 16;

    /// <summary>From 6.5 on, probes with at most this many attempts left may evict.</summary>
    public const uint EvictingAttempts = 32;
}
