using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <content>
/// Confirm (<c>__nf_conntrack_confirm</c>): the late half of the race. Both chains are walked under the locks; the first entry with one
/// of the connection's tuples, in either role, is a clash. The lock-free design does the same by the protocol in <c>LockFree</c>.
/// </content>
public sealed unsafe partial class ConntrackTable<TAddress, TEra, TDesign>
{
    /// <summary>
    /// Inserts an unconfirmed entry, or counts and ends it. On <see cref="ConfirmResult.Clash"/>, <see cref="ConfirmResult.Merged"/>
    /// and <see cref="ConfirmResult.ChainTooLong"/> the slot is free afterwards and <see cref="CpuState.LastClashWith"/> names the
    /// resident entry of a clash. Blocks while another CPU holds one of the two locks; the lock-free design waits only for an undecided
    /// confirm of the same tuple, and for a resize.
    /// </summary>
    /// <param name="cpu">The calling CPU, the one that created the entry.</param>
    /// <param name="slot">Slot of the entry.</param>
    public ConfirmResult Confirm(ref CpuState cpu, uint slot)
    {
        Enter(ref cpu);
        ConfirmResult result = ConfirmHere(ref cpu, slot);
        Leave(ref cpu);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ConfirmResult ConfirmHere(ref CpuState cpu, uint slot)
    {
        OriginalNode<TAddress>* first = Original(slot);
        ReplyNode<TAddress>* second = Reply(slot);
        cpu.LastClashWith = CpuState.NoSlot;
        if ((first->Status & (EntryStatus.Confirmed | EntryStatus.Dying)) != 0)
        {
            return RefuseConfirm(ref cpu, slot);
        }

        uint originalHash = second->StashedHash;
        uint replyHash = HasReservation(slot) ? ReservedReplyHash(ref cpu, slot) : StashedReplyHash(slot);
        if (_traits.Gc == GcSchedule.EntryTimers)
        {
            // Entries of this era vanish by their own timers the moment they expire, so confirm can never meet one.
            ReclaimChain(ref cpu, originalHash);
            ReclaimChain(ref cpu, replyHash);
        }

        int limit = DrawChainLimit(ref cpu);
        ConfirmResult result = TDesign.IsLockFree
            ? ConfirmLockFree(ref cpu, slot, originalHash, replyHash, limit)
            : ConfirmLocked(ref cpu, slot, originalHash, replyHash, limit);
        if (result == ConfirmResult.Inserted && _traits.Gc == GcSchedule.EntryTimers)
        {
            cpu.Counters.Insert++;
        }

        return result;
    }

    private ConfirmResult ConfirmLocked(ref CpuState cpu, uint slot, uint originalHash, uint replyHash, int limit)
    {
        OriginalNode<TAddress>* first = Original(slot);
        ReplyNode<TAddress>* second = Reply(slot);
        BucketPair pair = LockPair(originalHash, replyHash);
        ChainScan scan = TDesign.ReservesReply
            ? ScanReserved(in pair, slot, limit)
            : ScanChain(pair.Buckets.Heads[pair.Original], in first->Tuple, limit);
        if (!TDesign.ReservesReply && scan.IsClear && TDesign.Keeps(ProtocolStep.ScanReplyAtConfirm))
        {
            scan = ScanChain(pair.Buckets.Heads[pair.Reply], in second->Tuple, limit);
        }

        if (scan.IsClear)
        {
            SetDeadline(slot, (HasReservation(slot) ? InitialTimeout(first->Tuple.Protocol) : first->Deadline) + cpu.Now);
            LinkNode(pair.Buckets, pair.Original, slot << 1);
            if (!HasReservation(slot) && TDesign.Keeps(ProtocolStep.LinkBeforeConfirmed))
            {
                LinkNode(pair.Buckets, pair.Reply, (slot << 1) | 1);
            }

            // Release: this store makes the entry visible, both nodes at once. Pairs with the acquire in StillMatches.
            TDesign.Write(ref first->Status, (first->Status & ~EntryStatus.ReplyReserved) | EntryStatus.Confirmed);
            if (!TDesign.Keeps(ProtocolStep.LinkBeforeConfirmed))
            {
                LinkNode(pair.Buckets, pair.Reply, (slot << 1) | 1);
            }

            ExitPair(in pair);
            return ConfirmResult.Inserted;
        }

        ConfirmResult result = CountRefusal(ref cpu, slot, scan, in pair, ReplyClaim.None);
        ExitPair(in pair);
        if (result != ConfirmResult.InsertedReplyOnly)
        {
            FreeEntry(ref cpu, slot);
        }

        return result;
    }

    /// <summary>Ends an entry that holds no claim, or inserts it in reply direction.</summary>
    private ConfirmResult Refuse(ref CpuState cpu, uint slot, ChainScan scan, in BucketPair pair, ReplyClaim reply)
    {
        ConfirmResult result = CountRefusal(ref cpu, slot, scan, in pair, reply);
        if (result != ConfirmResult.InsertedReplyOnly)
        {
            FreeEntry(ref cpu, slot);
        }

        return result;
    }

    /// <summary>What becomes of an entry that was refused, and the counters of it. The caller frees it.</summary>
    private ConfirmResult CountRefusal(ref CpuState cpu, uint slot, ChainScan scan, in BucketPair pair, ReplyClaim reply)
    {
        if (scan.TooLong)
        {
            cpu.Counters.ChainTooLong++;
            cpu.Counters.InsertFailed++;
            return ConfirmResult.ChainTooLong;
        }

        NoteClash(ref cpu, scan.Link >> 1);
        return ResolveClash(ref cpu, slot, scan.Link >> 1, in pair, reply);
    }

    /// <summary>
    /// Ends an unconfirmed entry whose packet is dropped before confirm, for example by a rule: it leaves the by-source table and its
    /// slot is free.
    /// </summary>
    /// <param name="cpu">The calling CPU.</param>
    /// <param name="slot">Slot of an entry that was not confirmed.</param>
    public void Drop(ref CpuState cpu, uint slot)
    {
        Enter(ref cpu);
        FreeEntry(ref cpu, slot);
        Leave(ref cpu);
    }

    private ConfirmResult RefuseConfirm(ref CpuState cpu, uint slot)
    {
        if ((Original(slot)->Status & EntryStatus.Confirmed) != 0)
        {
            return ConfirmResult.AlreadyConfirmed;
        }

        if (!_traits.DyingAccepted)
        {
            cpu.Counters.InsertFailed++; // drop does not move, in no era
        }

        FreeEntry(ref cpu, slot);
        return ConfirmResult.Dying;
    }

    /// <summary>
    /// Whether the entry of <see cref="CpuState.LastClashWith"/> still has its slot. Asked after something that is kept by slot was read:
    /// if so, it was read of that entry and not of the slot's next owner.
    /// </summary>
    /// <param name="cpu">A CPU whose last confirm met a clash.</param>
    public bool WinnerHasItsSlot(in CpuState cpu)
    {
        // Pairs with the fence of FreeSlot: had the next owner written any of what the caller read, the generation would differ now.
        TDesign.LoadFence();
        return EntryStatus.Generation(Original(cpu.LastClashWith)->Status) == cpu.LastClashGeneration;
    }

    /// <summary>The caller holds the locks, or is in a section: the resident cannot lose its slot meanwhile.</summary>
    private void NoteClash(ref CpuState cpu, uint resident)
    {
        cpu.LastClashWith = resident;
        cpu.LastClashGeneration = EntryStatus.Generation(Original(resident)->Status);
    }

    /// <summary>Walks a chain for a tuple. The caller holds the lock, or accepts a passing view.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ChainScan ScanChain(uint link, in ConntrackTuple<TAddress> tuple, int limit) =>
        ChainLink.IsEnd(link) ? new ChainScan(link, tooLong: false) : WalkChain(link, in tuple, limit);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ChainScan WalkChain(uint link, in ConntrackTuple<TAddress> tuple, int limit)
    {
        int passed = 0;
        while (!ChainLink.IsEnd(link))
        {
            TupleNode<TAddress>* node = Node(link);
            if (ConntrackTuple<TAddress>.AreEqual(in node->Tuple, in tuple))
            {
                return new ChainScan(link, tooLong: false);
            }

            if (passed++ > limit)
            {
                return new ChainScan(link, tooLong: true);
            }

            link = node->Next;
        }

        return new ChainScan(link, tooLong: false);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int DrawChainLimit(ref CpuState cpu) => _traits.ChainLimitMin == 0
        ? int.MaxValue - 1
        : _traits.ChainLimitMin + (int)cpu.Random.NextBelow((uint)_traits.ChainLimitSpread);

    private void CountDropped(ref CpuState cpu)
    {
        cpu.Counters.InsertFailed++;
        if (_traits.ClashCounters != ClashCounters.InsertFailedOnly)
        {
            cpu.Counters.Drop++;
        }
    }

    /// <summary>Where a walk ended: at the chain's end, at a clash, or too far down (the mark bit). One word, so that it stays in a register.</summary>
    private readonly struct ChainScan
    {
        private readonly uint _word;

        public ChainScan(uint link, bool tooLong) => _word = tooLong ? link | ChainLink.Mark : link & ~ChainLink.Mark;

        public uint Link => _word & ~ChainLink.Mark;

        public bool TooLong => ChainLink.IsMarked(_word);

        public bool IsClear => ChainLink.IsEnd(_word);
    }
}
