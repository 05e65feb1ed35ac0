using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Hashing;

namespace NatAllocBench.Netfilter.Table;

/// <content>
/// Insertion and removal under the era's locks. Up to 3.14 one lock guards the table; from 3.15 on a bucket is guarded by lock
/// <c>bucket % 1024</c>, two buckets by two locks, lower index first (<c>nf_conntrack_double_lock</c>). Readers take none of them: a
/// head or link is written with release, so that a reader sees either the chain before or the chain after.
/// </content>
public sealed unsafe partial class ConntrackTable<TAddress, TEra, TDesign>
{
    private ref int TableLock(uint bucket) => ref *(int*)(_shared.Pointer + SharedLayout.TableLocks
        + (TEra.GlobalLock ? 0 : (bucket % SharedLayout.LockCount) * sizeof(int)));

    /// <summary>Locks the buckets of two hashes against the present bucket array, starting over if a resize came between.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private BucketPair LockPair(uint originalHash, uint replyHash)
    {
        while (true)
        {
            BucketArray buckets = CurrentBuckets();
            BucketPair pair = PairOf(buckets, originalHash, replyHash);
            EnterPair(in pair);

            // A resize replaces the array under all locks, so any read under one of them is enough.
            if (ReferenceEquals(TDesign.Read(ref _buckets), buckets))
            {
                return pair;
            }

            ExitPair(in pair);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static BucketPair PairOf(BucketArray buckets, uint originalHash, uint replyHash) => new(
        buckets, ReciprocalScale.Scale(originalHash, buckets.Count), ReciprocalScale.Scale(replyHash, buckets.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EnterPair(in BucketPair pair)
    {
        if (TEra.GlobalLock)
        {
            TDesign.Lock(ref TableLock(0));
            return;
        }

        uint first = pair.Original % SharedLayout.LockCount;
        uint second = pair.Reply % SharedLayout.LockCount;
        if (!TDesign.Keeps(ProtocolStep.LowerLockFirst) && first != second)
        {
            TDesign.Lock(ref TableLock(first));
            TDesign.Lock(ref TableLock(second));
            return;
        }

        TDesign.Lock(ref TableLock(Math.Min(first, second)));
        if (first != second)
        {
            TDesign.Lock(ref TableLock(Math.Max(first, second)));
        }
    }

    private void ExitPair(in BucketPair pair)
    {
        TDesign.Unlock(ref TableLock(pair.Original));
        if (!TEra.GlobalLock && pair.Original % SharedLayout.LockCount != pair.Reply % SharedLayout.LockCount)
        {
            TDesign.Unlock(ref TableLock(pair.Reply));
        }
    }

    /// <summary>Puts a node at the head of its chain. The caller holds the lock.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void LinkNode(BucketArray buckets, uint bucket, uint link)
    {
        ref uint head = ref buckets.Heads[bucket];
        SetNext(link, head);

        // Release: tuple and link are visible before the node is. Pairs with the acquire of the head in Walk.
        TDesign.Write(ref head, link);
    }

    /// <summary>Takes a node out of its chain if it stands there. The caller holds the lock. The node keeps its own link.</summary>
    private void UnlinkNode(BucketArray buckets, uint bucket, uint link)
    {
        ref uint at = ref buckets.Heads[bucket];
        while (at != link)
        {
            if (ChainLink.IsEnd(at))
            {
                return;
            }

            at = ref Node(at)->Next;
        }

        // Release: a reader that takes this way round sees the rest of the chain. Pairs with the acquire of links in Walk.
        TDesign.Write(ref at, Node(link)->Next);
    }

    /// <summary>Removes both nodes of an entry that the caller alone has marked DYING, and frees its slot.</summary>
    private void RemoveConfirmed(ref CpuState cpu, uint slot)
    {
        uint originalHash = Hash(in Original(slot)->Tuple);
        uint replyHash = Hash(in Reply(slot)->Tuple);
        if (TDesign.IsLockFree)
        {
            UnlinkEntry(PairOf(CurrentBuckets(), originalHash, replyHash), slot);
            FreeEntry(ref cpu, slot);
            return;
        }

        BucketPair pair = LockPair(originalHash, replyHash);
        UnlinkNode(pair.Buckets, pair.Original, slot << 1);
        UnlinkNode(pair.Buckets, pair.Reply, (slot << 1) | 1);
        ExitPair(in pair);
        FreeEntry(ref cpu, slot);
    }

    /// <summary>Frees an entry that stands in no chain of the table (<c>nf_conntrack_free</c> after <c>nf_nat_cleanup_conntrack</c>).</summary>
    private void FreeEntry(ref CpuState cpu, uint slot)
    {
        if (HasReservation(slot))
        {
            UnlinkReservation(slot);
        }

        if ((Original(slot)->Status & EntryStatus.SourceNatDone) != 0)
        {
            RemoveBySource(slot);
        }

        FreeSlot(ref cpu, slot);
    }

    private readonly record struct BucketPair(BucketArray Buckets, uint Original, uint Reply);
}
