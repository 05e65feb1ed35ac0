namespace NatAllocBench.LiveKernel;

/// <summary>What a run may change on the machine.</summary>
public sealed record LiveOptions
{
    /// <summary>
    /// Whether machine-wide sysctls may be raised while runs are alive. False keeps the machine's values; cells that need a larger table
    /// then
    /// refuse to run.
    /// </summary>
    public bool RaiseSysctls { get; init; } = true;

    /// <summary>
    /// The least values of machine-wide sysctls, raised only where the machine's value is lower and put back afterwards.
    /// </summary>
    public IReadOnlyDictionary<string, long> SysctlMinimums { get; init; } = new Dictionary<string, long>
    {
        ["net.netfilter.nf_conntrack_max"] = 1_000_000,
        ["net.netfilter.nf_conntrack_buckets"] = 262_144,
        ["net.core.netdev_max_backlog"] = 10_000,
    };

    /// <summary>Where runs register; null takes <see cref="StateDirectory.DefaultPath"/>.</summary>
    public string? StatePath { get; init; }
}
