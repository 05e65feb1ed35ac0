using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// Lookups. They take no lock. A chain is read from its head; new nodes come in at the head only, so a walk sees every entry that
/// is in the chain from its beginning to its end. Two things can lead it astray, and both are noticed at its end: a node that was
/// recycled into another chain (the end marker carries another bucket), and a resize (the bucket array is another one).
/// </summary>
internal readonly unsafe struct TupleLookup<TAddress, TEra, TDesign>
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private readonly ChainTable<TAddress, TEra, TDesign> _chains;
    private readonly EntryLife<TAddress, TEra, TDesign> _life;
    private readonly EntrySlab<TAddress, TDesign> _slab;
    private readonly EraTraits _traits;

    public TupleLookup(ChainTable<TAddress, TEra, TDesign> chains, EntryLife<TAddress, TEra, TDesign> life, EraTraits traits)
    {
        _chains = chains;
        _life = life;
        _slab = chains.Slab;
        _traits = traits;
    }

    /// <summary>Whether a visible entry other than the asking one has this tuple, for a caller that is inside a section.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsTaken(ref CpuState cpu, in ConntrackTuple<TAddress> tuple, TupleHash hash, Slot self)
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

    /// <summary>The node of the visible entry that has this tuple, for a caller that is inside a section.</summary>
    public bool TryFind(ref CpuState cpu, in ConntrackTuple<TAddress> tuple, TupleHash hash, out EntryReference entry)
    {
        bool found = Search(ref cpu, in tuple, hash, Slot.None, taken: false, out entry);
        if (found && _traits.Gc == GcSchedule.EntryTimers)
        {
            cpu.Counters.Found++;
        }

        return found;
    }

    /// <summary>
    /// The "original first" probe of step 1: taken as ever, but from 6.12 (6.11.4, 6.6.57) on not if the resident is the exact reverse
    /// of this untranslated flow and the protocol can resolve the clash (<c>nf_nat_used_tuple_new</c>).
    /// </summary>
    /// <param name="cpu">The calling CPU, inside a section.</param>
    /// <param name="tuple">The tuple of the packet.</param>
    /// <param name="reply">Its inverse.</param>
    /// <param name="hash">The hash of <paramref name="reply"/>.</param>
    /// <param name="self">Slot of the asking connection.</param>
    [MethodImpl(MethodImplOptions.NoInlining)] // few ask; its locals would be those of the whole search
    public bool IsUsedByOther(
        ref CpuState cpu, in ConntrackTuple<TAddress> tuple, in ConntrackTuple<TAddress> reply, TupleHash hash, Slot self)
    {
        if (!IsTaken(ref cpu, in reply, hash, self))
        {
            return false;
        }

        if (_traits.OriginalFirst < OriginalFirst.ReverseExempt
            || !Confirmation<TAddress, TEra, TDesign>.ResolvesClashes(_traits, tuple.Protocol)
            || !IsReverseClash(ref cpu, in tuple, in reply, self))
        {
            return true;
        }

        cpu.Hits--; // the answer is "free" after all; the kernel's found has moved and stays
        return false;
    }

    private bool IsReverseClash(
        ref CpuState cpu, in ConntrackTuple<TAddress> tuple, in ConntrackTuple<TAddress> reply, Slot self)
    {
        // The first variant took the number of the bit SEQ_ADJUST, 6, for its mask: whoever was answered or is ASSURED is not exempt.
        ulong excluded = EntryStatus.NatMask | (_traits.OriginalFirst == OriginalFirst.ReverseExempt
            ? EntryStatus.SeenReply | EntryStatus.Assured
            : EntryStatus.SequenceAdjust);
        if ((_slab.Status(self) & excluded) != 0)
        {
            return false;
        }

        if (!TryFind(ref cpu, in tuple, _chains.Hash(in tuple), out EntryReference resident)
            && (_traits.OriginalFirst == OriginalFirst.ReverseExempt || !TryFind(ref cpu, in reply, _chains.Hash(in reply), out resident)))
        {
            return true; // whoever held the tuple a moment ago is gone
        }

        // The first two variants also need the match in reply direction, and both tuples of the resident to be ours reversed.
        if (_traits.OriginalFirst != OriginalFirst.ReverseExemptAnyDirection
            && (resident.Direction == Direction.Original
                || !SharedTuple<TAddress, TDesign>.AreEqual(ref _slab.Reply(resident.Slot)->Tuple, in _slab.Original(self)->Tuple)))
        {
            return false;
        }

        return (resident.Status & excluded) == 0
            && SharedTuple<TAddress, TDesign>.AreEqual(ref _slab.Original(resident.Slot)->Tuple, in _slab.Reply(self)->Tuple);
    }

    /// <summary>
    /// The harder probe of 6.5 and later (<c>nf_nat_used_tuple_harder</c>): a closing TCP entry that a new SYN may replace is removed and
    /// its port is free. Moves neither <c>found</c> nor spares entries of the same origin.
    /// </summary>
    public bool IsUsedAfterEviction(ref CpuState cpu, in ConntrackTuple<TAddress> reply, TupleHash hash, Slot self)
    {
        if (reply.Protocol != IPProtocol.Tcp || EntryStatus.State(_slab.Status(self)) != TcpState.SynSent)
        {
            return IsTaken(ref cpu, in reply, hash, self);
        }

        cpu.Probes++;
        if (!TryFind(ref cpu, in reply, hash, out EntryReference resident))
        {
            return false;
        }

        if (CanEvict(in resident, self) && _life.KillHere(ref cpu, resident))
        {
            cpu.Evictions++;
            return (resident.Status & (EntryStatus.Offload | EntryStatus.HardwareOffload)) != 0;
        }

        cpu.Hits++;
        return true;
    }

    private bool CanEvict(in EntryReference resident, Slot self) =>
        resident.Direction == Direction.Reply
        && resident.Slot != self
        && EntryStatus.State(resident.Status) >= TcpState.TimeWait
        && (resident.Status & (EntryStatus.FixedTimeout | EntryStatus.Dying)) == 0
        && (resident.Status & EntryStatus.SourceNat) != 0
        && (int)(_slab.TdEnd(self) - _slab.TdEnd(resident.Slot)) > 0;

    /// <summary>An empty chain, the common case of a new connection, is answered in the caller's code; the walk is a call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Search(
        ref CpuState cpu, in ConntrackTuple<TAddress> tuple, TupleHash hash, Slot self, bool taken, out EntryReference entry)
    {
        BucketArray buckets = _chains.CurrentBuckets();

        // Acquire: pairs with the release that linked the first node, whose tuple is seen whole, and comes before the read in IsCurrent. A
        // resize hides the array, with a full fence, before it writes an end into any head (HideBuckets), so an end written by a resize is
        // never taken for an answer.
        Link link = TDesign.Read(ref buckets.Heads[hash.Bucket(buckets.Count)]);
        if (link.IsEnd && _chains.IsCurrent(buckets))
        {
            entry = default;
            return false;
        }

        return taken
            ? WalkForTaken(ref cpu, in tuple, hash, self, buckets, link, out entry)
            : WalkForPacket(ref cpu, in tuple, hash, buckets, link, out entry);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool WalkForTaken(
        ref CpuState cpu,
        in ConntrackTuple<TAddress> tuple,
        TupleHash hash,
        Slot self,
        BucketArray buckets,
        Link link,
        out EntryReference entry) =>
        Walk(ref cpu, in tuple, hash, self, taken: true, buckets, link, out entry);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool WalkForPacket(
        ref CpuState cpu, in ConntrackTuple<TAddress> tuple, TupleHash hash, BucketArray buckets, Link link, out EntryReference entry) =>
        Walk(ref cpu, in tuple, hash, Slot.None, taken: false, buckets, link, out entry);

    /// <summary>Walks a chain from the head that was read, and from a new one if it was led astray.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Walk(
        ref CpuState cpu,
        in ConntrackTuple<TAddress> tuple,
        TupleHash hash,
        Slot self,
        bool taken,
        BucketArray buckets,
        Link link,
        out EntryReference entry)
    {
        while (true)
        {
            uint bucket = hash.Bucket(buckets.Count);
            while (!link.IsEnd)
            {
                Link at = link.Target;
                Slot slot = at.Slot;
                TupleNode<TAddress>* node = _slab.Node(at);

                // Acquire: pairs with the release that linked the next node. Read before anything can recycle this one.
                link = TDesign.Read(ref node->Next);
                if ((int)(_slab.Deadline(slot) - cpu.Now) <= 0)
                {
                    _life.Reclaim(ref cpu, slot);
                }
                else if (SharedTuple<TAddress, TDesign>.AreEqual(ref node->Tuple, in tuple)
                    && TDesign.StillMatches(_slab, at, in tuple, taken, out ulong status)
                    && (taken ? slot != self && !IsSameOrigin(slot, status, self) : !IsPassedOver(status)))
                {
                    entry = new EntryReference(at, status);
                    return true;
                }
            }

            // Without locks no slot is recycled inside a section, so no walk is led into another chain.
            if (link.Bucket == bucket && _chains.IsCurrent(buckets))
            {
                entry = default;
                return false;
            }

            cpu.Counters.SearchRestart++;
            buckets = _chains.CurrentBuckets();
            link = TDesign.Read(ref buckets.Heads[hash.Bucket(buckets.Count)]); // acquire, as in Search
        }
    }

    /// <summary>5.0 and later: an entry of the very same flow is left to clash resolution.</summary>
    private bool IsSameOrigin(Slot slot, ulong status, Slot self) =>
        (_traits.SameOriginExempt || (status & EntryStatus.ReplyReserved) != 0) && !self.IsNone
        && SharedTuple<TAddress, TDesign>.AreEqual(ref _slab.Original(slot)->Tuple, in _slab.Original(self)->Tuple);

    /// <summary>4.9 to 5.0: a packet lookup steps over dying entries.</summary>
    private bool IsPassedOver(ulong status) => (status & EntryStatus.Dying) != 0 && _traits.LookupSkipsDying;
}
