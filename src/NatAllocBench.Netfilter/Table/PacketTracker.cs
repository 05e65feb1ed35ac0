using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// Packets of confirmed connections: TCP state, ASSURED, timeouts (<c>nf_conntrack_tcp_packet</c>, <c>nf_conntrack_udp_packet</c>).
/// Deviates: no window tracking, so a segment is judged by its flags and state alone.
/// </summary>
/// <param name="life">Ends of entries.</param>
internal readonly unsafe struct PacketTracker<TAddress, TEra, TDesign>(
    EntryLife<TAddress, TEra, TDesign> life, EntrySlab<TAddress, TDesign> slab, EraTraits traits)
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    /// <summary>Age at which a UDP flow counts as a stream, ms.</summary>
    private const uint StreamAge = Timeouts.UdpStreamAge * 1000;

    /// <summary>A TCP segment, inside a section.</summary>
    public PacketOutcome Tcp(ref CpuState cpu, EntryReference entry, TcpSegment segment, uint end)
    {
        ref ulong word = ref slab.Original(entry.Slot)->Status;

        // Acquire, as in Status.
        ulong status = TDesign.Read(ref word);
        while (IsStill(in entry, status))
        {
            TcpState old = EntryStatus.State(status);
            TcpState state = TcpTransitions.Next(entry.Direction, segment, old, traits.ReplySynReopens, out TcpVerdict verdict);
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

                    return life.KillHere(ref cpu, entry) ? PacketOutcome.LookUpAgain : PacketOutcome.Gone;
            }

            if (segment == TcpSegment.Rst && (status & EntryStatus.SeenReply) == 0)
            {
                return life.KillHere(ref cpu, entry) ? PacketOutcome.Removed : PacketOutcome.Gone;
            }

            ulong next = NextTcpStatus(status, entry.Direction, segment, old, state);

            // Full fence. Of two segments on two CPUs each applies its transition to the state that the other left. Pairs with Kill.
            ulong seen = TDesign.CompareExchange(ref word, next, status);
            if (seen == status)
            {
                bool retransmitted = segment == TcpSegment.Syn && old == TcpState.SynSent && entry.Direction == Direction.Original;
                if (!retransmitted || traits.SynRefreshesTimer)
                {
                    Refresh(ref cpu, entry.Slot, next, 1000 * (uint)Timeouts.Tcp(segment == TcpSegment.Rst ? TcpState.Close : state));
                }

                if (entry.Direction == Direction.Original && end != 0)
                {
                    RaiseTdEnd(ref slab.Reply(entry.Slot)->TdEnd, end);
                }

                return PacketOutcome.Accepted;
            }

            status = seen;
        }

        return PacketOutcome.Gone;
    }

    /// <summary>A packet of another protocol, inside a section.</summary>
    public PacketOutcome Datagram(ref CpuState cpu, EntryReference entry)
    {
        ref ulong word = ref slab.Original(entry.Slot)->Status;

        // Acquire, as in Status.
        ulong status = TDesign.Read(ref word);
        while (IsStill(in entry, status))
        {
            bool reply = entry.Direction == Direction.Reply;
            if (reply && (status & EntryStatus.NatClash) != 0 && traits.ClashEntryDiesOnReply)
            {
                return life.KillHere(ref cpu, entry) ? PacketOutcome.Removed : PacketOutcome.Gone;
            }

            IPProtocol protocol = slab.Original(entry.Slot)->Tuple.Protocol;
            bool udp = protocol is IPProtocol.Udp or IPProtocol.UdpLite;
            bool gre = protocol == IPProtocol.Gre;
            bool old = (int)(cpu.Now - slab.TdEnd(entry.Slot) - StreamAge) > 0; // of UDP, TdEnd is the time of the first packet
            bool answered = (status & EntryStatus.SeenReply) != 0;
            ulong next = reply ? status | EntryStatus.SeenReply : status;
            if ((gre || (udp && (old || !traits.UdpAssuredAfter2S))) && answered && (status & EntryStatus.NatClash) == 0)
            {
                next |= EntryStatus.Assured;
            }

            // Full fence; as in Tcp.
            ulong seen = TDesign.CompareExchange(ref word, next, status);
            if (seen == status)
            {
                bool stream = udp && answered && (old || !traits.UdpStreamAfter2S);
                uint timeout = stream ? 1000 * (uint)traits.UdpStreamTimeout
                    : gre && answered ? 1000 * (uint)Timeouts.GreReplied
                    : EntryLife<TAddress, TEra, TDesign>.InitialTimeout(protocol);
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

    private void Refresh(ref CpuState cpu, Slot slot, ulong status, uint milliseconds)
    {
        if ((status & EntryStatus.FixedTimeout) == 0)
        {
            slab.SetDeadline(slot, cpu.Now + milliseconds);
        }
    }
}
