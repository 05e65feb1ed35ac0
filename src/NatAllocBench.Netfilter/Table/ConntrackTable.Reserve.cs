using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <content>
/// <para>The design that cannot lose (<see cref="ITableDesign.ReservesReply"/>): a port search ends with the REPLY tuple linked, under the lock
/// of its bucket, in the same critical section that found it free. No kernel does this.</para>
/// <list type="bullet">
/// <item>Probes see a reserved entry, packet lookups do not: it has no ORIGINAL in the table and may never be confirmed.</item>
/// <item>Confirm walks the ORIGINAL chain only. It takes both locks, so that of two flows with tuples exchanged one sees the other.</item>
/// <item>A second datagram of one flow, and a flow that is the exact reverse of the holder, are exempt: they stay without a reservation, and
/// confirm resolves their clash as without this design.</item>
/// <item>An entry without a reservation (exempt, or its search was exhausted) is confirmed by both walks, and a reservation of another flow is
/// a clash.</item>
/// <item>An entry that is freed without being confirmed is unlinked first. A reserved entry has no lifetime, is no victim of early drop and
/// is no resident that a search may evict: all three ask for CONFIRMED.</item>
/// <item>DNAT chooses before source NAT does; only the second hook makes the tuple final, and only it reserves.</item>
/// </list>
/// </content>
public sealed unsafe partial class ConntrackTable<TAddress, TEra, TDesign>
{
    /// <summary>Reserves a REPLY tuple that a probe found free, unless it is taken meanwhile.</summary>
    /// <param name="cpu">The calling CPU.</param>
    /// <param name="slot">An unconfirmed entry of the calling CPU without a reservation.</param>
    /// <param name="reply">The tuple.</param>
    /// <param name="hash">Its <see cref="Hash"/>.</param>
    /// <returns>Whether the search may end here: the tuple is reserved, or its holder is exempt.</returns>
    internal bool TryReserveReply(ref CpuState cpu, uint slot, in ConntrackTuple<TAddress> reply, uint hash)
    {
        BucketPair pair = LockPair(hash, hash);
        uint link = pair.Buckets.Heads[pair.Reply];
        while (!ChainLink.IsEnd(link))
        {
            if (ConntrackTuple<TAddress>.AreEqual(in Node(link)->Tuple, in reply))
            {
                ExitPair(in pair);
                return IsExempt(link >> 1, slot, in reply);
            }

            link = Node(link)->Next;
        }

        SharedTuple<TAddress, TDesign>.Write(ref Reply(slot)->Tuple, in reply);
        SetDeadline(slot, cpu.Now + InitialTimeout(Original(slot)->Tuple.Protocol));
        LinkNode(pair.Buckets, pair.Reply, (slot << 1) | 1);

        // Release: probes see the node with its tuple. Pairs with the acquire in StillMatches.
        TDesign.Write(ref Original(slot)->Status, Original(slot)->Status | EntryStatus.ReplyReserved);
        ExitPair(in pair);
        cpu.ReservedSlot = slot;
        cpu.ReservedHash = hash;
        return true;
    }

    /// <summary>Whether an unconfirmed entry holds its REPLY tuple. Its own CPU asks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool HasReservation(uint slot) =>
        TDesign.ReservesReply && (Original(slot)->Status & EntryStatus.ReplyReserved) != 0;

    /// <summary>Whether a mapping that is reserved already has another source than the packet.</summary>
    internal bool IsSourceChanged(uint slot, in ConntrackTuple<TAddress> mapping)
    {
        ref readonly ConntrackTuple<TAddress> original = ref OriginalTuple(slot);
        return HasReservation(slot) && (!mapping.Source.Equals(original.Source) || mapping.SourceKey != original.SourceKey);
    }

    /// <summary>The hash of the REPLY tuple, which the reservation computed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint ReservedReplyHash(ref CpuState cpu, uint slot) => cpu.ReservedSlot == slot ? cpu.ReservedHash : Hash(in Reply(slot)->Tuple);

    private bool IsExempt(uint holder, uint slot, in ConntrackTuple<TAddress> reply)
    {
        ref ConntrackTuple<TAddress> other = ref Original(holder)->Tuple;
        return ConntrackTuple<TAddress>.AreEqual(in other, in Original(slot)->Tuple)
            || (_traits.OriginalFirst >= OriginalFirst.ReverseExempt
                && reply.Protocol is IPProtocol.Udp or IPProtocol.UdpLite
                && ConntrackTuple<TAddress>.AreEqual(in other, in reply)
                && ConntrackTuple<TAddress>.AreEqual(in Reply(holder)->Tuple, in Original(slot)->Tuple));
    }

    /// <summary>Walks a chain at confirm under the locks: reservations of other flows are clashes.</summary>
    private ChainScan WalkReserved(uint link, uint self, bool isReply, int limit)
    {
        ref ConntrackTuple<TAddress> tuple = ref (isReply ? ref Reply(self)->Tuple : ref Original(self)->Tuple);
        int passed = 0;
        for (; !ChainLink.IsEnd(link); link = Node(link)->Next)
        {
            uint owner = link >> 1;
            if (ConntrackTuple<TAddress>.AreEqual(in Node(link)->Tuple, in tuple))
            {
                bool isHarmless = owner == self
                    || ((Original(owner)->Status & EntryStatus.Confirmed) == 0
                        && (isReply
                            ? ConntrackTuple<TAddress>.AreEqual(in Original(owner)->Tuple, in Original(self)->Tuple)
                            : ConntrackTuple<TAddress>.AreEqual(in Original(owner)->Tuple, in Reply(self)->Tuple)));
                if (!isHarmless)
                {
                    return new ChainScan(link, tooLong: false);
                }
            }
            else if (passed++ > limit)
            {
                return new ChainScan(link, tooLong: true);
            }
        }

        return new ChainScan(link, tooLong: false);
    }

    /// <summary>Confirm of this design; the caller holds both locks.</summary>
    private ChainScan ScanReserved(in BucketPair pair, uint slot, int limit)
    {
        ChainScan scan = WalkReserved(pair.Buckets.Heads[pair.Original], slot, isReply: false, limit);
        return scan.IsClear && !HasReservation(slot)
            ? WalkReserved(pair.Buckets.Heads[pair.Reply], slot, isReply: true, limit)
            : scan;
    }

    /// <summary>Gives up the reservation of an entry that will not be confirmed.</summary>
    private void UnlinkReservation(uint slot)
    {
        uint hash = Hash(in Reply(slot)->Tuple);
        BucketPair pair = LockPair(hash, hash);
        UnlinkNode(pair.Buckets, pair.Reply, (slot << 1) | 1);
        ExitPair(in pair);
    }
}
