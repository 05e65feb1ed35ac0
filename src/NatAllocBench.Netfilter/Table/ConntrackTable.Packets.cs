using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <content>
/// Packets of confirmed connections: TCP state, ASSURED, timeouts (<c>nf_conntrack_tcp_packet</c>, <c>nf_conntrack_udp_packet</c>).
/// Deviates: no window tracking, so a segment is judged by its flags and state alone.
/// </content>
public sealed unsafe partial class ConntrackTable<TAddress, TEra, TDesign>
{
    /// <summary>Age at which a UDP flow counts as a stream, ms.</summary>
    private const uint StreamAge = Timeouts.UdpStreamAge * 1000;

    /// <summary>A TCP segment of a connection that a lookup found. Lock-free, except where it removes the entry.</summary>
    /// <param name="cpu">The calling CPU.</param>
    /// <param name="entry">The entry and direction that the lookup found.</param>
    /// <param name="segment">What the segment is.</param>
    /// <param name="end">
    /// Sequence number after the segment, 0 for none. The entry keeps the highest of the original direction, in serial arithmetic.
    /// </param>
    public PacketOutcome TcpPacket(ref CpuState cpu, EntryReference entry, TcpSegment segment, uint end = 0)
    {
        Enter(ref cpu);
        PacketOutcome outcome = TcpPacketHere(ref cpu, entry, segment, end);
        Leave(ref cpu);
        return outcome;
    }

    private PacketOutcome TcpPacketHere(ref CpuState cpu, EntryReference entry, TcpSegment segment, uint end)
    {
        ref ulong word = ref Original(entry.Slot)->Status;

        // Acquire, as in Status.
        ulong status = TDesign.Read(ref word);
        while (IsStill(in entry, status))
        {
            TcpState old = EntryStatus.State(status);
            TcpState state = TcpTransitions.Next(entry.Direction, segment, old, _traits.ReplySynReopens, out TcpVerdict verdict);
            switch (verdict)
            {
                case TcpVerdict.Invalid:
                    cpu.Counters.Invalid++;
                    return PacketOutcome.Invalid;
                case TcpVerdict.Ignore:
                    return PacketOutcome.Ignored;
                case TcpVerdict.Reopen:
                    if (!MayReopen(status, entry.Direction))
                    {
                        return PacketOutcome.Ignored;
                    }

                    return KillHere(ref cpu, entry) ? PacketOutcome.LookUpAgain : PacketOutcome.Gone;
            }

            if (segment == TcpSegment.Rst && (status & EntryStatus.SeenReply) == 0)
            {
                return KillHere(ref cpu, entry) ? PacketOutcome.Removed : PacketOutcome.Gone;
            }

            ulong next = NextTcpStatus(status, entry.Direction, segment, old, state);

            // Full fence. Of two segments on two CPUs each applies its transition to the state that the other left. Pairs with Kill.
            ulong seen = TDesign.CompareExchange(ref word, next, status);
            if (seen == status)
            {
                bool retransmitted = segment == TcpSegment.Syn && old == TcpState.SynSent && entry.Direction == Direction.Original;
                if (!retransmitted || _traits.SynRefreshesTimer)
                {
                    Refresh(ref cpu, entry.Slot, next, 1000 * (uint)Timeouts.Tcp(segment == TcpSegment.Rst ? TcpState.Close : state));
                }

                if (entry.Direction == Direction.Original && end != 0)
                {
                    RaiseTdEnd(ref Reply(entry.Slot)->TdEnd, end);
                }

                return PacketOutcome.Accepted;
            }

            status = seen;
        }

        return PacketOutcome.Gone;
    }

    /// <summary>
    /// A UDP datagram, ICMP echo, GRE packet or packet of a protocol without a tracker of its own here, of a connection that a lookup found.
    /// Lock-free, except where it removes the entry.
    /// </summary>
    /// <param name="cpu">The calling CPU.</param>
    /// <param name="entry">The entry and direction that the lookup found.</param>
    public PacketOutcome DatagramPacket(ref CpuState cpu, EntryReference entry)
    {
        Enter(ref cpu);
        PacketOutcome outcome = DatagramPacketHere(ref cpu, entry);
        Leave(ref cpu);
        return outcome;
    }

    private PacketOutcome DatagramPacketHere(ref CpuState cpu, EntryReference entry)
    {
        ref ulong word = ref Original(entry.Slot)->Status;

        // Acquire, as in Status.
        ulong status = TDesign.Read(ref word);
        while (IsStill(in entry, status))
        {
            bool reply = entry.Direction == Direction.Reply;
            if (reply && (status & EntryStatus.NatClash) != 0 && _traits.ClashEntryDiesOnReply)
            {
                return KillHere(ref cpu, entry) ? PacketOutcome.Removed : PacketOutcome.Gone;
            }

            IPProtocol protocol = Original(entry.Slot)->Tuple.Protocol;
            bool udp = protocol is IPProtocol.Udp or IPProtocol.UdpLite;
            bool gre = protocol == IPProtocol.Gre;
            bool old = (int)(cpu.Now - Reply(entry.Slot)->TdEnd - StreamAge) > 0; // of UDP, TdEnd is the time of the first packet
            bool answered = (status & EntryStatus.SeenReply) != 0;
            ulong next = reply ? status | EntryStatus.SeenReply : status;
            if ((gre || (udp && (old || !_traits.UdpAssuredAfter2S))) && answered && (status & EntryStatus.NatClash) == 0)
            {
                next |= EntryStatus.Assured;
            }

            // Full fence; as in TcpPacket.
            ulong seen = TDesign.CompareExchange(ref word, next, status);
            if (seen == status)
            {
                bool stream = udp && answered && (old || !_traits.UdpStreamAfter2S);
                uint timeout = stream ? 1000 * (uint)_traits.UdpStreamTimeout
                    : gre && answered ? 1000 * (uint)Timeouts.GreReplied
                    : InitialTimeout(protocol);
                Refresh(ref cpu, entry.Slot, next, timeout);
                return PacketOutcome.Accepted;
            }

            status = seen;
        }

        return PacketOutcome.Gone;
    }

    private static bool IsStill(in EntryReference entry, ulong status) =>
        EntryStatus.Generation(status) == EntryStatus.Generation(entry.Status) && (status & EntryStatus.Dying) == 0;

    private static bool MayReopen(ulong status, Direction direction) =>
        (status & (EntryStatus.CloseInitiated
            | (direction == Direction.Original ? EntryStatus.OriginalReset : EntryStatus.ReplyReset))) != 0;

    private static ulong NextTcpStatus(ulong status, Direction direction, TcpSegment segment, TcpState old, TcpState state)
    {
        ulong next = EntryStatus.WithState(status, state) & ~(EntryStatus.OriginalReset | EntryStatus.ReplyReset);
        if (segment == TcpSegment.Rst)
        {
            next |= direction == Direction.Original ? EntryStatus.OriginalReset : EntryStatus.ReplyReset;
        }

        if (state == TcpState.FinWait && old != TcpState.FinWait)
        {
            next |= EntryStatus.CloseInitiated;
        }

        if (direction == Direction.Reply)
        {
            next |= EntryStatus.SeenReply;
        }

        bool answered = (status & EntryStatus.SeenReply) != 0;
        bool established = state == TcpState.Established && old is TcpState.SynRecv or TcpState.Established;
        return answered && established ? next | EntryStatus.Assured : next;
    }

    /// <summary>
    /// An eviction asks whether a new SYN comes after everything that the old client ever sent, so an older segment never lowers the end.
    /// </summary>
    private static void RaiseTdEnd(ref uint word, uint end)
    {
        uint seen = TDesign.Read(ref word); // a first guess: orders nothing
        while ((int)(end - seen) > 0)
        {
            // Atomicity only: of two segments on two CPUs the later end stays, as under the kernel's lock of the entry.
            uint now = TDesign.CompareExchange(ref word, end, seen);
            if (now == seen)
            {
                return;
            }

            seen = now;
        }
    }

    private void Refresh(ref CpuState cpu, uint slot, ulong status, uint milliseconds)
    {
        if ((status & EntryStatus.FixedTimeout) == 0)
        {
            SetDeadline(slot, cpu.Now + milliseconds);
        }
    }
}
