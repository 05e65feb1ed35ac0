namespace NatAllocBench.Netfilter.Protocols;

/// <summary>
/// The connection tracker's TCP state with the kernel's numbers (<c>enum tcp_conntrack</c>, 2.6.32..7.1).
/// The eviction rule of 6.5+ compares them: TimeWait and above may be evicted.
/// </summary>
public enum TcpState : byte
{
    /// <summary>No segment seen yet.</summary>
    None = 0,

    /// <summary>A SYN was seen from the opener.</summary>
    SynSent = 1,

    /// <summary>The SYN was answered with SYN/ACK.</summary>
    SynRecv = 2,

    /// <summary>The handshake is complete.</summary>
    Established = 3,

    /// <summary>One side sent FIN.</summary>
    FinWait = 4,

    /// <summary>The first FIN was acknowledged.</summary>
    CloseWait = 5,

    /// <summary>Both sides sent FIN.</summary>
    LastAck = 6,

    /// <summary>The last FIN was acknowledged.</summary>
    TimeWait = 7,

    /// <summary>A RST was seen.</summary>
    Close = 8,

    /// <summary>Simultaneous open: SYN seen both ways (old kernels call the number LISTEN).</summary>
    SynSent2 = 9,
}
