namespace NatAllocBench.Netfilter.Protocols;

/// <summary>What a TCP segment is to the tracker; the first flag that applies in the order RST, SYN(+ACK), FIN, ACK decides.</summary>
public enum TcpSegment : byte
{
    /// <summary>SYN without ACK.</summary>
    Syn = 0,

    /// <summary>SYN with ACK.</summary>
    SynAck = 1,

    /// <summary>FIN, with or without ACK.</summary>
    Fin = 2,

    /// <summary>ACK alone, with or without data.</summary>
    Ack = 3,

    /// <summary>RST.</summary>
    Rst = 4,
}
