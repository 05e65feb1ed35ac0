using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <content>
/// Lookups. They take no lock. A chain is read from its head; new nodes come in at the head only, so a walk sees every entry that
/// stands in the chain from its beginning to its end. Two things can lead it astray, and both are noticed at its end: a node that was
/// recycled into another chain (the end marker carries another bucket), and a resize (the bucket array is another one).
/// </content>
public sealed unsafe partial class ConntrackTable<TAddress, TEra, TDesign>
{
    /// <summary>
    /// The NAT probe (<c>nf_conntrack_tuple_taken</c>): whether a visible entry other than <paramref name="self"/> has this tuple in
    /// either role. Moves <c>found</c> if so. Lock-free; never waits except for a resize.
    /// </summary>
    /// <param name="cpu">The calling CPU.</param>
    /// <param name="tuple">The reply tuple that the mapping would have.</param>
    /// <param name="hash">Its <see cref="Hash"/>.</param>
    /// <param name="self">Slot of the asking connection.</param>
    public bool IsTaken(ref CpuState cpu, in ConntrackTuple<TAddress> tuple, uint hash, uint self)
    {
        Enter(ref cpu);
        bool taken = IsTakenHere(ref cpu, in tuple, hash, self);
        Leave(ref cpu);
        return taken;
    }

    /// <summary><see cref="IsTaken"/> for a caller that is inside a section.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsTakenHere(ref CpuState cpu, in ConntrackTuple<TAddress> tuple, uint hash, uint self)
    {
        cpu.Probes++;
        if (!Search(ref cpu, in tuple, hash, self, taken: true, out _))
        {
            return false;
        }

        cpu.Hits++;
        cpu.Counters.Found++;
        return true;
    }

    /// <summary>
    /// Packet classification (<c>__nf_conntrack_find</c>): the node of the visible entry that has this tuple. Lock-free; never waits
    /// except for a resize.
    /// </summary>
    /// <param name="cpu">The calling CPU.</param>
    /// <param name="tuple">The tuple of the packet.</param>
    /// <param name="hash">Its <see cref="Hash"/>.</param>
    /// <param name="entry">The entry and the direction in which it matched.</param>
    public bool TryFind(ref CpuState cpu, in ConntrackTuple<TAddress> tuple, uint hash, out EntryReference entry)
    {
        Enter(ref cpu);
        bool found = TryFindHere(ref cpu, in tuple, hash, out entry);
        Leave(ref cpu);
        return found;
    }

    private bool TryFindHere(ref CpuState cpu, in ConntrackTuple<TAddress> tuple, uint hash, out EntryReference entry)
    {
        bool found = Search(ref cpu, in tuple, hash, CpuState.NoSlot, taken: false, out entry);
        if (found && _traits.Gc == Eras.GcSchedule.EntryTimers)
        {
            cpu.Counters.Found++;
        }

        return found;
    }

    /// <summary>An empty chain, the common case of a new connection, is answered in the caller's code; the walk is a call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Search(
        ref CpuState cpu, in ConntrackTuple<TAddress> tuple, uint hash, uint self, bool taken, out EntryReference entry)
    {
        BucketArray buckets = CurrentBuckets();

        // Acquire: comes before the read in IsCurrent. A resize hides the array, with a full fence, before it writes an end into any head
        // (HideBuckets), so an end written by a resize is never taken for an answer.
        if (ChainLink.IsEnd(TDesign.Read(ref buckets.Heads[ReciprocalScale.Scale(hash, buckets.Count)])) && IsCurrent(buckets))
        {
            entry = default;
            return false;
        }

        return taken ? WalkForTaken(ref cpu, in tuple, hash, self, out entry) : WalkForPacket(ref cpu, in tuple, hash, out entry);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool WalkForTaken(ref CpuState cpu, in ConntrackTuple<TAddress> tuple, uint hash, uint self, out EntryReference entry) =>
        Walk(ref cpu, in tuple, hash, self, taken: true, out entry);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool WalkForPacket(ref CpuState cpu, in ConntrackTuple<TAddress> tuple, uint hash, out EntryReference entry) =>
        Walk(ref cpu, in tuple, hash, CpuState.NoSlot, taken: false, out entry);

    /// <summary>
    /// Whether no resize began since the array was read. In the lock-free design none does inside a section.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsCurrent(BucketArray buckets) =>
        // Acquire, pairs with the fence of HideBuckets: if it is still the array, all links read before were of this array.
        TDesign.IsLockFree || ReferenceEquals(TDesign.Read(ref _buckets), buckets);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Walk(
        ref CpuState cpu, in ConntrackTuple<TAddress> tuple, uint hash, uint self, bool taken, out EntryReference entry)
    {
        while (true)
        {
            BucketArray buckets = CurrentBuckets();
            uint bucket = ReciprocalScale.Scale(hash, buckets.Count);

            // Acquire: pairs with the release that linked the first node; its tuple is seen whole.
            uint link = TDesign.Read(ref buckets.Heads[bucket]);
            while (!ChainLink.IsEnd(link))
            {
                uint at = ChainLink.Value(link);
                TupleNode<TAddress>* node = Node(at);

                // Acquire: pairs with the release that linked the next node. Read before anything can recycle this one.
                link = TDesign.Read(ref node->Next);
                if ((int)(Deadline(at >> 1) - cpu.Now) <= 0)
                {
                    Reclaim(ref cpu, at >> 1);
                }
                else if (SharedTuple<TAddress, TDesign>.AreEqual(ref node->Tuple, in tuple)
                    && StillMatches(at, in tuple, taken, out ulong status)
                    && (taken ? at >> 1 != self && !IsSameOrigin(at >> 1, status, self) : !IsPassedOver(status)))
                {
                    entry = new EntryReference(at, status);
                    return true;
                }
            }

            // In the lock-free design no slot is recycled inside a section, so no walk is led into another chain.
            if (TDesign.IsLockFree || (ChainLink.Value(link) == bucket && IsCurrent(buckets)))
            {
                entry = default;
                return false;
            }

            cpu.Counters.SearchRestart++;
        }
    }

    /// <summary>
    /// Second look at a node whose tuple seemed equal: is it visible, and was it one and the same connection while it was compared?
    /// </summary>
    private bool StillMatches(uint link, in ConntrackTuple<TAddress> tuple, bool taken, out ulong status)
    {
        OriginalNode<TAddress>* owner = Original(link >> 1);

        // Acquire: pairs with the release of CONFIRMED; the tuple read below is at least as new as the status.
        status = TDesign.Read(ref owner->Status);
        if (TDesign.IsLockFree)
        {
            // The slot is not recycled inside a section, so the tuple needs no second look; DYING removes both directions at once (K1).
            return (status & (EntryStatus.Confirmed | (TDesign.Keeps(ProtocolStep.HideDying) ? EntryStatus.Dying : 0))) == EntryStatus.Confirmed;
        }

        ulong visible = EntryStatus.Confirmed | (TDesign.ReservesReply && taken ? EntryStatus.ReplyReserved : 0);
        if ((status & visible) == 0 || !SharedTuple<TAddress, TDesign>.AreEqual(ref Node(link)->Tuple, in tuple))
        {
            return false;
        }

        // Pairs with the fence of FreeSlot: had a new owner written any of what was compared, the generation would differ now.
        TDesign.LoadFence();
        return !TDesign.Keeps(ProtocolStep.CheckGeneration)
            || EntryStatus.Generation(PlainStatus(link >> 1)) == EntryStatus.Generation(status);
    }

    /// <summary>5.0 and later: an entry of the very same flow is left to clash resolution.</summary>
    private bool IsSameOrigin(uint slot, ulong status, uint self) =>
        (_traits.SameOriginExempt || (TDesign.ReservesReply && (status & EntryStatus.ReplyReserved) != 0)) && self != CpuState.NoSlot
        && SharedTuple<TAddress, TDesign>.AreEqual(ref Original(slot)->Tuple, in Original(self)->Tuple);

    /// <summary>4.9 to 5.0: a packet lookup steps over dying entries.</summary>
    private bool IsPassedOver(ulong status) => (status & EntryStatus.Dying) != 0 && _traits.LookupSkipsDying;

    /// <summary>The present bucket array; waits while a resize moves the nodes, as the kernel's seqcount reader does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private BucketArray CurrentBuckets() =>
        // Acquire: pairs with the release at the end of a resize; the heads are seen filled.
        TDesign.Read(ref _buckets) ?? WaitForResize();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private BucketArray WaitForResize()
    {
        var spinner = new SpinWait();
        BucketArray? buckets;

        // Acquire: as in CurrentBuckets.
        while ((buckets = TDesign.Read(ref _buckets)) is null)
        {
            TDesign.Await(ref spinner, ref _buckets);
        }

        return buckets;
    }
}
