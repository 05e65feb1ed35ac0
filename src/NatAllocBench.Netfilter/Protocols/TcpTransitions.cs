using static NatAllocBench.Netfilter.Protocols.TcpState;

namespace NatAllocBench.Netfilter.Protocols;

/// <summary>
/// The tracker's TCP state machine: <c>tcp_conntracks</c> in nf_conntrack_proto_tcp.c, as of 6.17. Window tracking is not modelled.
/// </summary>
internal static class TcpTransitions
{
    private const int States = 10;
    private const int Segments = 5;

    // One cell: verdict in the high nibble, next state in the low nibble.
    private const byte Ig = (byte)TcpVerdict.Ignore << 4;
    private const byte No = (byte)TcpVerdict.Invalid << 4;
    private const byte Re = ((byte)TcpVerdict.Reopen << 4) | (byte)SynSent;
    private const byte Ss = (byte)SynSent;
    private const byte Sr = (byte)SynRecv;
    private const byte Es = (byte)Established;
    private const byte Fw = (byte)FinWait;
    private const byte Cw = (byte)CloseWait;
    private const byte La = (byte)LastAck;
    private const byte Tw = (byte)TimeWait;
    private const byte Cl = (byte)Close;
    private const byte S2 = (byte)SynSent2;

    // Rows: direction, then segment. Columns: the old state None, SynSent .. SynSent2.
    private static ReadOnlySpan<byte> Table =>
    [
        Ss, Ss, Ig, Ig, Ig, Ig, Ig, Re, Re, S2, // original SYN
        No, No, Sr, No, No, No, No, No, No, Sr, // original SYN/ACK
        No, No, Fw, Fw, La, La, La, Tw, Cl, No, // original FIN
        Es, No, Es, Es, Cw, Cw, Tw, Tw, Cl, No, // original ACK
        No, Cl, Cl, Cl, Cl, Cl, Cl, Cl, Cl, Cl, // original RST
        No, S2, No, No, No, No, No, Re, No, S2, // reply SYN
        No, Sr, Ig, Ig, Ig, Ig, Ig, Ig, Ig, Sr, // reply SYN/ACK
        No, No, Fw, Fw, La, La, La, Tw, Cl, No, // reply FIN
        No, Ig, Sr, Es, Cw, Cw, Tw, Tw, Cl, Ig, // reply ACK
        No, Cl, Cl, Cl, Cl, Cl, Cl, Cl, Cl, Cl, // reply RST
    ];

    /// <summary>The next state under the 6.17 table.</summary>
    /// <param name="direction">Which way the segment travels.</param>
    /// <param name="segment">What the segment is.</param>
    /// <param name="state">The state before the segment.</param>
    /// <param name="verdict">What the tracker does with the segment.</param>
    /// <returns>
    /// The state after the segment; the old state for <see cref="TcpVerdict.Ignore"/> and <see cref="TcpVerdict.Invalid"/>;
    /// SYN_SENT, the state of the new entry, for <see cref="TcpVerdict.Reopen"/>.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is not a defined value.</exception>
    public static TcpState Next(Direction direction, TcpSegment segment, TcpState state, out TcpVerdict verdict)
        => Next(direction, segment, state, replySynReopensTimeWait: true, out verdict);

    /// <summary>The next state, with the one cell that differs between the tables read (3.13 and 6.17) as a parameter.</summary>
    /// <param name="direction">Which way the segment travels.</param>
    /// <param name="segment">What the segment is.</param>
    /// <param name="state">The state before the segment.</param>
    /// <param name="replySynReopensTimeWait">
    /// True for 6.17: a reply SYN on a TIME_WAIT entry may reopen it. False for 3.13: it is invalid.
    /// </param>
    /// <param name="verdict">What the tracker does with the segment.</param>
    /// <returns>As for the other overload.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is not a defined value.</exception>
    public static TcpState Next(
        Direction direction, TcpSegment segment, TcpState state, bool replySynReopensTimeWait, out TcpVerdict verdict)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((int)direction, 1, nameof(direction));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((int)segment, Segments, nameof(segment));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((int)state, States, nameof(state));

        byte cell = Table[((((int)direction * Segments) + (int)segment) * States) + (int)state];
        verdict = (TcpVerdict)(cell >> 4);
        if (verdict == TcpVerdict.Reopen && direction == Direction.Reply && !replySynReopensTimeWait)
        {
            verdict = TcpVerdict.Invalid;
        }

        return verdict is TcpVerdict.Ignore or TcpVerdict.Invalid ? state : (TcpState)(cell & 0xF);
    }
}
