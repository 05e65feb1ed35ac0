namespace NatAllocBench.Netfilter.Protocols;

/// <summary>What the tracker does with a segment.</summary>
internal enum TcpVerdict : byte
{
    /// <summary>The segment moves (or confirms) the state.</summary>
    Accept = 0,

    /// <summary>The segment passes, the state is kept and the timer is not touched.</summary>
    Ignore = 1,

    /// <summary>The segment does not fit the connection: it counts as invalid and the state is kept.</summary>
    Invalid = 2,

    /// <summary>
    /// A SYN on a TIME_WAIT or CLOSE entry. If either side had sent the first FIN, or the last segment of this direction was a RST,
    /// the caller deletes the entry and looks the packet up again, which creates a new one; otherwise the segment is ignored.
    /// </summary>
    Reopen = 3,
}
