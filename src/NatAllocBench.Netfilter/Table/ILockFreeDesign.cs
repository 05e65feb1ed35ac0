using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// No locks: both directions are claimed by compare-and-swap, both or none; lookups never wait, except for a resize. See
/// <see cref="LockFreeChains{TAddress, TEra, TDesign}"/> for the protocol.
/// </summary>
internal unsafe interface ILockFreeDesign : ITableDesign
{
    static bool ITableDesign.IsLockFree => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ConfirmResult ITableDesign.Insert<TAddress, TEra, TDesign, TRefusal>(
        ChainTable<TAddress, TEra, TDesign> chains,
        ref CpuState cpu,
        Slot slot,
        TupleHash originalHash,
        TupleHash replyHash,
        int limit,
        TRefusal refusal) =>
        new LockFreeChains<TAddress, TEra, TDesign>(chains).Insert(ref cpu, slot, originalHash, replyHash, limit, refusal);

    static ChainScan ITableDesign.LinkReplyOnly<TAddress, TEra, TDesign>(
        ChainTable<TAddress, TEra, TDesign> chains, Slot slot, in BucketPair pair, ReplyClaim reply) =>
        new LockFreeChains<TAddress, TEra, TDesign>(chains).LinkReplyOnly(slot, in pair, reply);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ITableDesign.Remove<TAddress, TEra, TDesign>(
        ChainTable<TAddress, TEra, TDesign> chains, Slot slot, TupleHash originalHash, TupleHash replyHash) =>
        new LockFreeChains<TAddress, TEra, TDesign>(chains).Remove(slot, originalHash, replyHash);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ITableDesign.LinkSource<TAddress, TEra, TDesign>(
        BySourceTable<TAddress, TEra, TDesign> sources, uint bucket, Slot slot)
    {
        ref Link head = ref sources.Chains.Heads[bucket];
        Link seen = TDesign.Read(ref head); // C1: a first guess for the compare-and-swap, which orders
        while (true)
        {
            sources.Slab.SetBySourceNext(slot, seen);

            // C3, full fence: the entry's tuples and link are visible before the entry is. Pairs with the acquires of WalkSources. Needs
            // no section: the link written is the present head whatever became of it since.
            Link now = TDesign.CompareExchange(ref head, slot.Reply, seen);
            if (now == seen)
            {
                return;
            }

            seen = now;
        }
    }

    static void ITableDesign.UnlinkSource<TAddress, TEra, TDesign>(
        BySourceTable<TAddress, TEra, TDesign> sources, uint bucket, Slot slot)
    {
        ChainLinks<TAddress, TDesign>.Mark(ref sources.Slab.Reply(slot)->BySourceNext);
        ChainLinks<TAddress, TDesign>.UnlinkMarked<ChainLinks<TAddress, TDesign>.SourceLinks>(
            sources.Slab, ref sources.Chains.Heads[bucket], slot.Reply);
    }

    static bool ITableDesign.StillMatches<TAddress, TDesign>(
        EntrySlab<TAddress, TDesign> slab, Link link, in ConntrackTuple<TAddress> tuple, bool taken, out ulong status)
    {
        // Acquire: pairs with the release of CONFIRMED. The slot is not recycled inside a section, so the tuple needs no second look; DYING
        // removes both directions at once (K1).
        status = TDesign.Read(ref slab.Original(link.Slot)->Status);
        ulong hidden = TDesign.Keeps(ProtocolStep.HideDying) ? EntryStatus.Dying : 0;
        ulong needed = taken && !TDesign.Keeps(ProtocolStep.ProbeConfirmed) ? 0 : EntryStatus.Confirmed;
        return (status & (needed | hidden)) == needed
            || (taken && link.IsReply && (status & EntryStatus.ReplyReserved) != 0);
    }

    /// <summary>No resize begins inside a section.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool ITableDesign.IsCurrent<TAddress, TEra, TDesign>(ChainTable<TAddress, TEra, TDesign> chains, BucketArray buckets) => true;

    static void ITableDesign.BeginResize<TAddress, TEra, TDesign>(
        ChainTable<TAddress, TEra, TDesign> chains, BucketArray next) => chains.Sections.StopAll();

    static void ITableDesign.EndResize<TAddress, TEra, TDesign>(ChainTable<TAddress, TEra, TDesign> chains) => chains.Sections.AllowAll();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ITableDesign.Enter<TDesign>(in Sections<TDesign> sections, ref CpuState cpu) => sections.Begin(ref cpu);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ITableDesign.Leave<TDesign>(ref CpuState cpu) => Sections<TDesign>.End(ref cpu);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ITableDesign.Free<TAddress, TDesign>(in SlotPool<TAddress, TDesign> slots, ref CpuState cpu, Slot slot)
    {
        ref ulong status = ref slots.Slab.Original(slot)->Status;

        // Release: the entry is out of its chains before its generation changes. A full fence is not needed, since the slot gets no new
        // owner before every reader has left it; pairs with the acquire of IsResident, which then sees the mark.
        TDesign.Write(ref status, EntryStatus.Freed(status));
        slots.Discard(ref cpu.Slots, slot);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool ITableDesign.TryAdmit<TDesign>(in EntryCount<TDesign> count, ref CpuState cpu)
    {
        if (count.ReserveAhead(ref cpu) == 0)
        {
            return false;
        }

        cpu.Reserved--;
        return true;
    }

    static void ITableDesign.Settle<TDesign>(in EntryCount<TDesign> count, ref CpuState cpu, bool dropped)
    {
        if (dropped)
        {
            cpu.Reserved--; // an entry that was dropped early left its reservation here
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ITableDesign.ReleaseOne<TDesign>(in EntryCount<TDesign> count, ref CpuState cpu) => count.GiveBack(ref cpu);

    static bool ITableDesign.TryReserve<TAddress, TEra, TDesign>(
        in Reservations<TAddress, TEra, TDesign> reservations,
        Slot slot,
        in ConntrackTuple<TAddress> reply,
        TupleHash hash,
        uint deadline) =>
        new LockFreeReservations<TAddress, TEra, TDesign>(reservations.Chains)
            .TryClaim(slot, in reply, hash, deadline, out Link holder)
        || reservations.IsExempt(holder.Slot, slot, in reply);

    static void ITableDesign.GiveUp<TAddress, TEra, TDesign>(ChainTable<TAddress, TEra, TDesign> chains, Slot slot, TupleHash hash) =>
        new LockFreeChains<TAddress, TEra, TDesign>(chains).WithdrawReply(slot, hash);
}

/// <inheritdoc cref="ILockFreeDesign"/>
/// <remarks>
/// Connections come one by one, or in batches, whose hashes are computed in stages and whose memory is fetched ahead:
/// <see cref="Batching.ConnectionBatch{TAddress, TEra}"/>.
/// </remarks>
public readonly struct LockFree : ILockFreeDesign, IDirectAccess
{
    /// <inheritdoc/>
    public static string Name => "lock-free";
}
