namespace NatAllocBench.Netfilter.Rules;

/// <summary>Flags of a NAT range (<c>include/uapi/linux/netfilter/nf_nat.h</c>); the low byte has the kernel's values.</summary>
[Flags]
public enum NatFlags
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The range names addresses.</summary>
    MapIps = 0x01,

    /// <summary>The range names ports.</summary>
    ProtoSpecified = 0x02,

    /// <summary><c>random</c>.</summary>
    ProtoRandom = 0x04,

    /// <summary><c>persistent</c>: the pool address depends on the client alone.</summary>
    Persistent = 0x08,

    /// <summary><c>random-fully</c> (3.14 and later).</summary>
    ProtoRandomFully = 0x10,

    /// <summary>Port offset from a base port (4.18 and later).</summary>
    ProtoOffset = 0x20,

    /// <summary>Not in any kernel: the rover advanced by one atomic fetch-and-add per search instead of a plain load and store.</summary>
    InterlockedRover = 0x100,

    /// <summary>
    /// Not in any kernel: the rover moves to the accepted port plus one by a compare-and-swap; a search that another one overtook starts
    /// again.
    /// </summary>
    CasRover = 0x200,
}

/// <summary>Which side of the tuple NAT rewrites (<c>enum nf_nat_manip_type</c>).</summary>
public enum ManipType
{
    /// <summary>The source, at POSTROUTING and LOCAL_IN: SNAT and masquerade.</summary>
    Source,

    /// <summary>The destination, at PREROUTING and LOCAL_OUT: DNAT.</summary>
    Destination,
}
