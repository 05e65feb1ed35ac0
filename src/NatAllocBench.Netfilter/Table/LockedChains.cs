using System.Diagnostics;
using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// Insertion and removal under the era's locks. Up to 3.14 one lock guards the table; from 3.15 on a bucket is guarded by lock
/// <c>bucket % 1024</c>, two buckets by two locks, lower index first (<c>nf_conntrack_double_lock</c>). Readers take none of them: a
/// head or link is written with release, so that a reader sees either the chain before or the chain after.
/// </summary>
internal readonly unsafe struct LockedChains<TAddress, TEra, TDesign>(ChainTable<TAddress, TEra, TDesign> chains)
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private readonly EntrySlab<TAddress, TDesign> _slab = chains.Slab;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref int TableLock(uint bucket) => ref chains.Words.TableLock(TEra.GlobalLock ? 0 : bucket % SharedWords.LockCount);

    /// <inheritdoc cref="ITableDesign.Insert"/>
    public ConfirmResult Insert<TRefusal>(
        ref CpuState cpu, Slot slot, TupleHash originalHash, TupleHash replyHash, int limit, TRefusal refusal)
        where TRefusal : struct, IRefusal
    {
        OriginalNode<TAddress>* first = _slab.Original(slot);
        BucketPair pair = LockPair(originalHash, replyHash);
        bool isReserved = Reservations<TAddress, TEra, TDesign>.Has(_slab, slot);
        ChainScan scan = TDesign.Scan(chains, in pair, slot, limit);
        if (!scan.IsClear)
        {
            ConfirmResult result = refusal.Refuse(ref cpu, slot, scan, in pair, ReplyClaim.None);
            ExitPair(in pair);
            if (result != ConfirmResult.InsertedReplyOnly)
            {
                refusal.Free(ref cpu, slot);
            }

            return result;
        }

        Debug.Assert((first->Status & (EntryStatus.Confirmed | EntryStatus.Dying)) == 0, "an entry is confirmed once");
        LinkNode(pair.Buckets, pair.Original, slot.Original);
        if (!isReserved && TDesign.Keeps(ProtocolStep.LinkBeforeConfirmed))
        {
            LinkNode(pair.Buckets, pair.Reply, slot.Reply);
        }

        // Release: this store makes the entry visible, both nodes at once. Pairs with the acquire in StillMatches.
        TDesign.Write(ref first->Status, (first->Status & ~EntryStatus.Reservation) | EntryStatus.Confirmed);
        if (!TDesign.Keeps(ProtocolStep.LinkBeforeConfirmed))
        {
            LinkNode(pair.Buckets, pair.Reply, slot.Reply);
        }

        ExitPair(in pair);
        return ConfirmResult.Inserted;
    }

    /// <inheritdoc cref="ITableDesign.LinkReplyOnly"/>
    public ChainScan LinkReplyOnly(Slot slot, in BucketPair pair)
    {
        // A reserved tuple may be in the table all the same: as ORIGINAL of the exact reverse, which was confirmed first.
        ChainScan scan = TDesign.ScanReplyOnly(chains, in pair, slot);
        if (scan.IsClear && !Reservations<TAddress, TEra, TDesign>.Has(_slab, slot))
        {
            LinkNode(pair.Buckets, pair.Reply, slot.Reply);
        }

        return scan;
    }

    /// <inheritdoc cref="ITableDesign.Remove"/>
    public void Remove(Slot slot, TupleHash originalHash, TupleHash replyHash)
    {
        BucketPair pair = LockPair(originalHash, replyHash);
        UnlinkNode(pair.Buckets, pair.Original, slot.Original);
        UnlinkNode(pair.Buckets, pair.Reply, slot.Reply);
        ExitPair(in pair);
    }

    /// <summary>Takes every lock in the order in which a confirm takes its two (<c>nf_conntrack_all_lock</c>).</summary>
    public void EnterAll()
    {
        for (uint index = 0; index < (TEra.GlobalLock ? 1u : SharedWords.LockCount); index++)
        {
            TDesign.Lock(ref TableLock(index));
        }
    }

    public void ExitAll()
    {
        for (uint index = 0; index < (TEra.GlobalLock ? 1u : SharedWords.LockCount); index++)
        {
            TDesign.Unlock(ref TableLock(index));
        }
    }

    /// <summary>Locks the buckets of two hashes against the present bucket array, starting over if a resize came between.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public BucketPair LockPair(TupleHash originalHash, TupleHash replyHash)
    {
        while (true)
        {
            BucketArray buckets = chains.CurrentBuckets();
            BucketPair pair = ChainTable<TAddress, TEra, TDesign>.PairOf(buckets, originalHash, replyHash);
            EnterPair(in pair);

            if (chains.IsPresent(buckets))
            {
                return pair;
            }

            ExitPair(in pair);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EnterPair(in BucketPair pair)
    {
        if (TEra.GlobalLock)
        {
            TDesign.Lock(ref TableLock(0));
            return;
        }

        uint first = pair.Original % SharedWords.LockCount;
        uint second = pair.Reply % SharedWords.LockCount;
        if (!TDesign.Keeps(ProtocolStep.LowerLockFirst) && first != second)
        {
            TDesign.Lock(ref TableLock(first));
            TDesign.Lock(ref TableLock(second));
            return;
        }

        // Which lock is the lower one is a coin toss that no branch predictor can guess, so a mask selects.
        uint lower = second ^ ((first ^ second) & (uint)((int)(first - second) >> 31));
        TDesign.Lock(ref TableLock(lower));
        if (first != second)
        {
            TDesign.Lock(ref TableLock(first ^ second ^ lower));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ExitPair(in BucketPair pair)
    {
        TDesign.Unlock(ref TableLock(pair.Original));
        if (!TEra.GlobalLock && pair.Original % SharedWords.LockCount != pair.Reply % SharedWords.LockCount)
        {
            TDesign.Unlock(ref TableLock(pair.Reply));
        }
    }

    /// <summary>Puts a node at the head of its chain. The caller holds the lock.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void LinkNode(BucketArray buckets, uint bucket, Link link)
    {
        ref Link head = ref buckets.Heads[bucket];
        _slab.SetNext(link, head);

        // Release: tuple and link are visible before the node is. Pairs with the acquire of the head in Walk.
        TDesign.Write(ref head, link);
    }

    /// <summary>Takes a node out of its chain if it is there. The caller holds the lock. The node keeps its own link.</summary>
    public void UnlinkNode(BucketArray buckets, uint bucket, Link link)
    {
        ref Link at = ref buckets.Heads[bucket];
        while (at.Word != link.Word)
        {
            if (at.IsEnd)
            {
                return;
            }

            at = ref _slab.Node(at)->Next;
        }

        // Release: a reader that takes this way round sees the rest of the chain. Pairs with the acquire of links in Walk.
        TDesign.Write(ref at, _slab.Node(link)->Next);
    }
}
