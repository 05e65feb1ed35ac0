using System.Diagnostics;
using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// The design that cannot lose (<see cref="Reserve"/>): a port search ends with the REPLY tuple linked, under the lock
/// of its bucket, in the same critical section that found it free. No kernel does this. The form without locks is in
/// <see cref="LockFreeReservations{TAddress, TEra, TDesign}"/>.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>Probes see a reserved entry, packet lookups do not: it has no ORIGINAL in the table and may never be confirmed.</item>
/// <item>Confirm walks the ORIGINAL chain only. It takes both locks, so that of two flows with tuples exchanged one sees the other.</item>
/// <item>A second datagram of one flow, and a flow that is the exact reverse of the holder, are exempt: they stay without a reservation,
/// and confirm resolves their clash as without this design.</item>
/// <item>An entry without a reservation (exempt, or its search was exhausted) is confirmed by both walks, and a reservation of another flow
/// is a clash.</item>
/// <item>An entry that is freed without being confirmed is unlinked first. A reserved entry has no lifetime, is no victim of early drop and
/// is no resident that a search may evict: all three ask for CONFIRMED.</item>
/// <item>DNAT chooses before source NAT does; only the second hook makes the tuple final, and only it reserves.</item>
/// </list>
/// </remarks>
internal readonly unsafe struct Reservations<TAddress, TEra, TDesign>(ChainTable<TAddress, TEra, TDesign> chains, EraTraits traits)
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    public ChainTable<TAddress, TEra, TDesign> Chains => chains;

    /// <summary>Reserves a REPLY tuple that a probe found free, unless it is taken meanwhile.</summary>
    /// <param name="slot">An unconfirmed entry of the calling CPU without a reservation.</param>
    /// <param name="reply">The tuple.</param>
    /// <returns>Whether the search may end here: the tuple is reserved, or its holder is exempt.</returns>
    public bool TryReserve(ref CpuState cpu, Slot slot, in ConntrackTuple<TAddress> reply, TupleHash hash)
    {
        EntrySlab<TAddress, TDesign> slab = chains.Slab;
        Debug.Assert(
            (slab.Original(slot)->Status & (EntryStatus.Confirmed | EntryStatus.Dying | EntryStatus.ReplyReserved)) == 0,
            "an unconfirmed entry reserves one tuple");
        uint deadline = cpu.Now + EntryLife<TAddress, TEra, TDesign>.InitialTimeout(slab.Original(slot)->Tuple.Protocol);
        return TDesign.TryReserve(in this, slot, in reply, hash, deadline);
    }

    /// <summary>Whether an unconfirmed entry holds its REPLY tuple. Its own CPU asks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Has(EntrySlab<TAddress, TDesign> slab, Slot slot) =>
        TDesign.ReservesReply && (slab.Original(slot)->Status & EntryStatus.ReplyReserved) != 0;

    /// <summary>Whether a mapping, which the entry has got by its reservation, has another source than the packet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HasChangedSource(Slot slot, in ConntrackTuple<TAddress> mapping) =>
        Has(chains.Slab, slot) && IsSourceChanged(slot, in mapping);

    private bool IsSourceChanged(Slot slot, in ConntrackTuple<TAddress> mapping)
    {
        ref readonly ConntrackTuple<TAddress> original = ref chains.Slab.Original(slot)->Tuple;
        return !mapping.Source.Equals(original.Source) || mapping.SourceKey != original.SourceKey;
    }

    /// <summary>Confirm of this design: walks the chains for clashes. The caller holds both locks.</summary>
    public static ChainScan Scan(EntrySlab<TAddress, TDesign> slab, in BucketPair pair, Slot slot, int limit)
    {
        ChainScan scan = Walk(slab, pair.Buckets.Heads[pair.Original], slot, isReply: false, limit);
        return scan.IsClear && !Has(slab, slot)
            ? Walk(slab, pair.Buckets.Heads[pair.Reply], slot, isReply: true, limit)
            : scan;
    }

    /// <summary>
    /// Walks the chain of the REPLY tuple alone, for an entry that is to have no other: a reservation of the same flow stands against it.
    /// The caller holds the lock.
    /// </summary>
    public static ChainScan ScanReplyOnly(EntrySlab<TAddress, TDesign> slab, in BucketPair pair, Slot slot)
    {
        Link link = pair.Buckets.Heads[pair.Reply];
        while (!link.IsEnd
            && (link.Slot == slot || !ConntrackTuple<TAddress>.AreEqual(in slab.Node(link)->Tuple, in slab.Reply(slot)->Tuple)))
        {
            link = slab.Node(link)->Next;
        }

        return new ChainScan(link, tooLong: false);
    }

    /// <summary>Whether the holder of a tuple is of the same flow as an entry that asks for it, or its exact reverse.</summary>
    public bool IsExempt(Slot holder, Slot slot, in ConntrackTuple<TAddress> reply)
    {
        EntrySlab<TAddress, TDesign> slab = chains.Slab;
        ref ConntrackTuple<TAddress> other = ref slab.Original(holder)->Tuple;
        return ConntrackTuple<TAddress>.AreEqual(in other, in slab.Original(slot)->Tuple)
            || (traits.OriginalFirst >= OriginalFirst.ReverseExempt
                && reply.Protocol is IPProtocol.Udp or IPProtocol.UdpLite
                && ConntrackTuple<TAddress>.AreEqual(in other, in reply)
                && ConntrackTuple<TAddress>.AreEqual(in slab.Reply(holder)->Tuple, in slab.Original(slot)->Tuple));
    }

    /// <summary>Reservations of other flows are clashes.</summary>
    private static ChainScan Walk(EntrySlab<TAddress, TDesign> slab, Link link, Slot self, bool isReply, int limit)
    {
        ref ConntrackTuple<TAddress> tuple = ref (isReply ? ref slab.Reply(self)->Tuple : ref slab.Original(self)->Tuple);
        int passed = 0;
        for (; !link.IsEnd; link = slab.Node(link)->Next)
        {
            Slot owner = link.Slot;
            if (ConntrackTuple<TAddress>.AreEqual(in slab.Node(link)->Tuple, in tuple))
            {
                bool isHarmless = owner == self
                    || ((slab.Original(owner)->Status & EntryStatus.Confirmed) == 0
                        && (isReply
                            ? ConntrackTuple<TAddress>.AreEqual(in slab.Original(owner)->Tuple, in slab.Original(self)->Tuple)
                            : ConntrackTuple<TAddress>.AreEqual(in slab.Original(owner)->Tuple, in slab.Reply(self)->Tuple)));
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
}
