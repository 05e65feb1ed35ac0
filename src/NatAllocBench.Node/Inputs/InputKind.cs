namespace NatAllocBench.Node.Inputs;

/// <summary>What a file holds. Of several forms of one thing that which tells most comes first.</summary>
public enum InputKind
{
    /// <summary><c>conntrack -L</c> in any form, or <c>/proc/net/nf_conntrack</c>.</summary>
    Entries,

    /// <summary><c>conntrack -E</c>.</summary>
    Events,

    /// <summary>XML of conntrack-tools.</summary>
    Xml,

    /// <summary><c>conntrack -S</c>.</summary>
    CommandCounters,

    /// <summary><c>/proc/net/stat/nf_conntrack</c>.</summary>
    ProcCounters,

    /// <summary><c>iptables-save</c> or <c>ip6tables-save</c>.</summary>
    Iptables,

    /// <summary><c>nft list ruleset</c>.</summary>
    Nft,

    /// <summary><c>nft -j list ruleset</c>.</summary>
    NftJson,

    /// <summary><c>sysctl -a</c>.</summary>
    Sysctl,

    /// <summary><c>uname -r</c>.</summary>
    Kernel,

    /// <summary>A capture of packets.</summary>
    Capture,
}
