using System.Diagnostics;
using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>Insertion and removal without locks: both tuples are claimed by compare-and-swap, both or none.</summary>
/// <remarks>
/// <para>Confirm of the lock-free design. A node is in one of these states:</para>
/// <code>
///   free ----> private ----> undecided ----> resident ----> dying ----> removed ----> limbo ----> free
///      Create         Claim      |    Decide           Kill        Mark,       FreeSlot     grace
///                                +--------------------------------> Unlink                  period
///                                             Withdraw
///   undecided: linked, status without CONFIRMED, own link not marked    resident: CONFIRMED without DYING
///   dying: CONFIRMED and DYING: no longer visible, still linked         removed: own link marked
/// </code>
/// <para>Who moves them: the confirming CPU up to resident or withdrawn; the CPU whose compare-and-swap sets DYING (one of several
/// killers succeeds) up to limbo; any walking remover may help with Unlink. A node is linked once in its life, at the head of its chain,
/// and its slot is not taken again while anyone may stand on it (<see cref="Sections{TDesign}"/>), so a link that compares equal is the
/// same link.</para>
/// <para>Claim of a tuple: C1 read the head; C2 walk the chain: a resident with this tuple is a clash, an undecided one is waited for,
/// removed ones do not count; C3 compare-and-swap the head from what C1 read. If it changed, again from C1. So of several CPUs one holds
/// the tuple, and no tuple has two nodes that are undecided or resident.</para>
/// <list type="number">
/// <item>Walk both chains, ORIGINAL first, as the kernel does (C1, C2 twice). A clash here is resolved with nothing claimed.</item>
/// <item>Claim the tuple that is lower in the order of (hash, bytes), with the head of step 1; if the head changed, back to step 1.</item>
/// <item>Claim the other one. On a clash withdraw the first claim (mark, unlink), unless it is the REPLY tuple and becomes a reply-only
/// entry.</item>
/// <item>Decide: C4 store CONFIRMED. Both directions become visible at once: the linearization point of an insertion. A refusal
/// takes effect when C5 found the resident.</item>
/// </list>
/// <para>Progress: confirm is lock-free except against an undecided entry with the same tuple: for that it waits until its owner, in a
/// bounded number of its own steps, has decided. Owners wait in the order of the tuples only, so there is no circle.</para>
/// </remarks>
internal readonly unsafe struct LockFreeChains<TAddress, TEra, TDesign>(ChainTable<TAddress, TEra, TDesign> chains)
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private readonly EntrySlab<TAddress, TDesign> _slab = chains.Slab;

    public ChainTable<TAddress, TEra, TDesign> Chains => chains;

    /// <inheritdoc cref="ITableDesign.Insert"/>
    public ConfirmResult Insert<TRefusal>(
        ref CpuState cpu, Slot slot, TupleHash originalHash, TupleHash replyHash, int limit, TRefusal refusal)
        where TRefusal : struct, IRefusal
    {
        BucketArray buckets = chains.CurrentBuckets();
        BucketPair pair = ChainTable<TAddress, TEra, TDesign>.PairOf(buckets, originalHash, replyHash);
        OriginalNode<TAddress>* first = _slab.Original(slot);
        ReplyNode<TAddress>* second = _slab.Reply(slot);
        bool replyFirst = TDesign.Keeps(ProtocolStep.ClaimInTupleOrder) && (replyHash.Value != originalHash.Value
            ? replyHash.Value < originalHash.Value
            : ConntrackTuple<TAddress>.Order(in second->Tuple, in first->Tuple) < 0);
        ref Link originalHead = ref buckets.Heads[pair.Original];
        ref Link replyHead = ref buckets.Heads[pair.Reply];
        while (true)
        {
            Link seenOriginal = TDesign.Read(ref originalHead); // C1, acquire: pairs with C3, nodes are seen whole
            ChainScan scan = ScanClaims(seenOriginal, slot, in first->Tuple, limit);
            Link seenReply = TDesign.Read(ref replyHead); // C1, as above
            if (!scan.IsClear)
            {
                return Refuse(ref cpu, slot, scan, in pair, ReplyClaim.None, refusal);
            }

            scan = ScanClaims(seenReply, slot, in second->Tuple, limit);
            if (!scan.IsClear)
            {
                // C1 and C5, acquire: the ORIGINAL chain got no node, and after that the resident is resident still. So at the moment of
                // this C1 the answer is the one that both locks would have given. Pairs with C3 and K1.
                if (TDesign.Read(ref originalHead) == seenOriginal && (scan.TooLong
                    || (TDesign.Keeps(ProtocolStep.PassHolder)
                        ? TDesign.StandsAgainst(this, scan.Link, slot, isReply: true)
                        : IsResident(scan.Link))))
                {
                    return Refuse(ref cpu, slot, scan, in pair, ReplyClaim.None, refusal);
                }

                continue;
            }

            scan = replyFirst
                ? ClaimBoth(ref replyHead, seenReply, slot.Reply, ref originalHead, seenOriginal, limit, out bool held)
                : ClaimBoth(ref originalHead, seenOriginal, slot.Original, ref replyHead, seenReply, limit, out held);
            if (!held)
            {
                continue;
            }

            return !scan.IsClear ? RefuseHolding(ref cpu, slot, scan, in pair, replyFirst, refusal) : Decide(slot);
        }
    }

    /// <summary>The rest of an insertion whose lower tuple is claimed: claims the other one and decides.</summary>
    public ConfirmResult InsertHolding<TRefusal>(
        ref CpuState cpu, Slot slot, in HashPair hashes, bool replyFirst, int limit, TRefusal refusal)
        where TRefusal : struct, IRefusal
    {
        BucketPair pair = ChainTable<TAddress, TEra, TDesign>.PairOf(chains.CurrentBuckets(), hashes.Original, hashes.Reply);
        ref Link head = ref pair.Buckets.Heads[replyFirst ? pair.Original : pair.Reply];
        ChainScan scan = Claim(ref head, replyFirst ? slot.Original : slot.Reply, limit);
        return !scan.IsClear ? RefuseHolding(ref cpu, slot, scan, in pair, replyFirst, refusal) : Decide(slot);
    }

    /// <summary>Insertion of an entry whose REPLY tuple is claimed since its port was chosen: claims the other one and decides.</summary>
    public ConfirmResult InsertReserved<TRefusal>(
        ref CpuState cpu, Slot slot, TupleHash originalHash, TupleHash replyHash, int limit, TRefusal refusal)
        where TRefusal : struct, IRefusal
    {
        BucketPair pair = ChainTable<TAddress, TEra, TDesign>.PairOf(chains.CurrentBuckets(), originalHash, replyHash);
        ref Link head = ref pair.Buckets.Heads[pair.Original];
        Link seen = TDesign.Read(ref head); // C1, acquire: pairs with C3, nodes are seen whole
        if (seen.IsEnd && TryLink(ref head, seen, slot.Original))
        {
            return Decide(slot);
        }

        ChainScan scan = Claim(ref head, slot.Original, limit);
        return scan.IsClear ? Decide(slot) : Refuse(ref cpu, slot, scan, in pair, ReplyClaim.Held, refusal);
    }

    /// <inheritdoc cref="ITableDesign.LinkReplyOnly"/>
    public ChainScan LinkReplyOnly(Slot slot, in BucketPair pair, ReplyClaim reply) => reply == ReplyClaim.Held
        ? new ChainScan(Link.End(pair.Reply), tooLong: false)
        : Claim(ref pair.Buckets.Heads[pair.Reply], slot.Reply, ChainScan.Unlimited);

    /// <summary>Gives up the claim of the REPLY tuple of an entry that will not be confirmed.</summary>
    public void WithdrawReply(Slot slot, TupleHash hash)
    {
        BucketArray buckets = chains.CurrentBuckets();
        Withdraw(ref buckets.Heads[hash.Bucket(buckets.Count)], slot.Reply);
    }

    /// <inheritdoc cref="ITableDesign.Remove"/>
    public void Remove(Slot slot, TupleHash originalHash, TupleHash replyHash)
    {
        BucketPair pair = ChainTable<TAddress, TEra, TDesign>.PairOf(chains.CurrentBuckets(), originalHash, replyHash);
        if ((_slab.Original(slot)->Status & EntryStatus.NatClash) == 0)
        {
            Withdraw(ref pair.Buckets.Heads[pair.Original], slot.Original);
        }

        Withdraw(ref pair.Buckets.Heads[pair.Reply], slot.Reply);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ConfirmResult Decide(Slot slot)
    {
        OriginalNode<TAddress>* first = _slab.Original(slot);
        Debug.Assert((first->Status & (EntryStatus.Confirmed | EntryStatus.Dying)) == 0, "an entry is confirmed once");

        // C4, release: makes both nodes visible at once, with tuples and deadline. Pairs with the acquire in StillMatches and with C5.
        TDesign.Write(ref first->Status, (first->Status & ~EntryStatus.Reservation) | EntryStatus.Confirmed);
        return ConfirmResult.Inserted;
    }

    private ConfirmResult RefuseHolding<TRefusal>(
        ref CpuState cpu, Slot slot, ChainScan scan, in BucketPair pair, bool replyFirst, TRefusal refusal)
        where TRefusal : struct, IRefusal => replyFirst
        ? RefuseHoldingReply(ref cpu, slot, scan, in pair, refusal)
        : RefuseHoldingOriginal(ref cpu, slot, scan, in pair, refusal);

    /// <summary>
    /// Claims the lower tuple with the head of an earlier walk, then the other one. Nothing is held if that head changed.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ChainScan ClaimBoth(
        ref Link lowerHead, Link seenLower, Link lower, ref Link otherHead, Link seenOther, int limit, out bool held)
    {
        held = TryLink(ref lowerHead, seenLower, lower);
        return held ? ClaimSecond(ref otherHead, seenOther, lower.Other, limit) : default;
    }

    /// <summary>C3 with the head of an earlier walk, then claims from the start.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ChainScan ClaimSecond(ref Link head, Link seen, Link link, int limit) =>
        TryLink(ref head, seen, link) || (!TDesign.Keeps(ProtocolStep.RescanSecondClaim) && TryLink(ref head, TDesign.Read(ref head), link))
            ? new ChainScan(Link.End(0), tooLong: false)
            : Claim(ref head, link, limit);

    /// <summary>Claims the tuple of a node, or says what stands against it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ChainScan Claim(ref Link head, Link link, int limit)
    {
        while (true)
        {
            Link seen = TDesign.Read(ref head); // C1, as in ConfirmLockFree
            ChainScan scan = ScanClaims(seen, link.Slot, in _slab.Node(link)->Tuple, limit);
            if (!scan.IsClear || TryLink(ref head, seen, link))
            {
                return scan;
            }
        }
    }

    /// <summary>C2: walks a chain for a resident with this tuple. The asking entry's own nodes and removed ones do not count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ChainScan ScanClaims(Link link, Slot self, in ConntrackTuple<TAddress> tuple, int limit) =>
        link.IsEnd ? new ChainScan(link, tooLong: false) : WalkClaims(link, self, in tuple, limit);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ChainScan WalkClaims(Link link, Slot self, in ConntrackTuple<TAddress> tuple, int limit)
    {
        int passed = 0;
        while (!link.IsEnd)
        {
            Link at = link.Target;
            TupleNode<TAddress>* node = _slab.Node(at);
            link = TDesign.Read(ref node->Next); // C6, acquire: pairs with C3 of the next node and with K2
            if (at.Slot == self)
            {
                continue;
            }

            if (SharedTuple<TAddress, TDesign>.AreEqual(ref node->Tuple, in tuple))
            {
                if (TDesign.StandsAgainst(this, at, self, IsReplyOf(self, in tuple)))
                {
                    return new ChainScan(at, tooLong: false);
                }
            }
            else if (!link.IsMarked && passed++ > limit)
            {
                return new ChainScan(at, tooLong: true);
            }
        }

        return new ChainScan(link, tooLong: false);
    }

    private bool IsReplyOf(Slot slot, in ConntrackTuple<TAddress> tuple) =>
        Unsafe.AreSame(in tuple, in _slab.Reply(slot)->Tuple);

    /// <summary>Whether a linked node is of a resident entry; waits while that is undecided.</summary>
    public bool IsResident(Link link)
    {
        var spinner = new SpinWait();
        while (true)
        {
            // C5, acquire: pairs with C4 (the entry is whole), with K1, and with the release in FreeSlot (the mark below is seen).
            ulong status = TDesign.Read(ref _slab.Original(link.Slot)->Status);
            if ((status & EntryStatus.Confirmed) != 0)
            {
                return (status & EntryStatus.Dying) == 0;
            }

            // C7, acquire: pairs with K2. A marked node without CONFIRMED is withdrawn or freed.
            if (TDesign.Read(ref _slab.Node(link)->Next).IsMarked)
            {
                return false;
            }

            TDesign.Await(ref spinner, &_slab.Original(link.Slot)->Status, &_slab.Node(link)->Next);
        }
    }

    /// <summary>
    /// The REPLY tuple is claimed, the ORIGINAL tuple refused. The claim stays if clash resolution makes a reply-only entry of it;
    /// else it is withdrawn before anything is freed.
    /// </summary>
    private ConfirmResult RefuseHoldingReply<TRefusal>(ref CpuState cpu, Slot slot, ChainScan scan, in BucketPair pair, TRefusal refusal)
        where TRefusal : struct, IRefusal
    {
        ConfirmResult result = refusal.Refuse(ref cpu, slot, scan, in pair, ReplyClaim.Held);
        if (result != ConfirmResult.InsertedReplyOnly)
        {
            if (TDesign.Keeps(ProtocolStep.WithdrawBeforeFree))
            {
                Withdraw(ref pair.Buckets.Heads[pair.Reply], slot.Reply);
            }

            refusal.Free(ref cpu, slot);
            if (!TDesign.Keeps(ProtocolStep.WithdrawBeforeFree))
            {
                Withdraw(ref pair.Buckets.Heads[pair.Reply], slot.Reply);
            }
        }

        return result;
    }

    /// <summary>The ORIGINAL tuple is claimed, the REPLY tuple refused: the claim is withdrawn before anything else happens.</summary>
    private ConfirmResult RefuseHoldingOriginal<TRefusal>(
        ref CpuState cpu, Slot slot, ChainScan scan, in BucketPair pair, TRefusal refusal)
        where TRefusal : struct, IRefusal
    {
        Withdraw(ref pair.Buckets.Heads[pair.Original], slot.Original);
        return Refuse(ref cpu, slot, scan, in pair, ReplyClaim.Refused, refusal);
    }

    /// <summary>Ends an entry that holds no claim, or inserts it in reply direction.</summary>
    private static ConfirmResult Refuse<TRefusal>(
        ref CpuState cpu, Slot slot, ChainScan scan, in BucketPair pair, ReplyClaim reply, TRefusal refusal)
        where TRefusal : struct, IRefusal
    {
        ConfirmResult result = refusal.Refuse(ref cpu, slot, scan, in pair, reply);
        if (result != ConfirmResult.InsertedReplyOnly)
        {
            refusal.Free(ref cpu, slot);
        }

        return result;
    }

    /// <summary>C3: links a node in front of what was the head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryLink(ref Link head, Link seen, Link link)
    {
        _slab.SetNext(link, seen);

        // C3, full fence: tuple, deadline and link are visible before the node is. Pairs with C1, C6 and the acquires of Walk.
        return TDesign.CompareExchange(ref head, link, seen) == seen;
    }

    /// <summary>Takes back a claim: the entry was never visible.</summary>
    public void Withdraw(ref Link head, Link link)
    {
        if (TDesign.Keeps(ProtocolStep.MarkBeforeUnlink))
        {
            ChainLinks<TAddress, TDesign>.Mark(ref _slab.Node(link)->Next);
        }

        ChainLinks<TAddress, TDesign>.UnlinkMarked<ChainLinks<TAddress, TDesign>.TupleLinks>(_slab, ref head, link);
        if (!TDesign.Keeps(ProtocolStep.MarkBeforeUnlink))
        {
            ChainLinks<TAddress, TDesign>.Mark(ref _slab.Node(link)->Next);
        }
    }
}
