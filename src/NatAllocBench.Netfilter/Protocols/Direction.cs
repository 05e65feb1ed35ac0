namespace NatAllocBench.Netfilter.Protocols;

/// <summary>Which way a packet travels relative to the first packet of its connection (<c>enum ip_conntrack_dir</c>).</summary>
public enum Direction : byte
{
    /// <summary>From the side that opened the connection.</summary>
    Original = 0,

    /// <summary>From the side that answers.</summary>
    Reply = 1,
}
