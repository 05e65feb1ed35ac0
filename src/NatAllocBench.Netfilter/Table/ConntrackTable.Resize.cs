using NatAllocBench.Netfilter.Hashing;

namespace NatAllocBench.Netfilter.Table;

/// <content>
/// Resize (<c>nf_conntrack_hash_resize</c>): all locks are taken, every node moves to its new chain, the new array is published. The
/// array reference is null meanwhile; it plays the part of the kernel's odd generation, for which readers and confirms wait. In the
/// lock-free design every operation on the chains waits at its beginning, and the resize waits for those that are under way.
/// </content>
public sealed unsafe partial class ConntrackTable<TAddress, TEra, TDesign>
{
    /// <summary>Rehashes the table into another number of buckets. Blocking: confirms, removals and lookups wait until it is done.</summary>
    /// <param name="buckets">New number of buckets, 1 to 2^30 - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range.</exception>
    /// <exception cref="InsufficientMemoryException">The machine has not enough free memory; the table is unchanged.</exception>
    public void Resize(uint buckets)
    {
        ArgumentOutOfRangeException.ThrowIfZero(buckets);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(buckets, ChainLink.MaxValue);
        var next = new BucketArray(buckets);
        lock (_retired)
        {
            EnterAll();
            BucketArray old = _buckets!;
            if (TDesign.IsLockFree)
            {
                StopAllSections();
            }
            else
            {
                HideBuckets();
            }

            for (uint bucket = 0; bucket < old.Count; bucket++)
            {
                MoveChain(old.Heads[bucket], next);
                old.Heads[bucket] = ChainLink.End(bucket);
            }

            // Release: the new heads are seen filled. Pairs with the acquire in CurrentBuckets.
            TDesign.Write(ref _buckets, next);
            if (TDesign.IsLockFree)
            {
                AllowSections();
            }

            ExitAll();

            // Readers may still stand on the old heads; they are kept until the table goes.
            _retired.Add(old);
        }
    }

    private void HideBuckets()
    {
        // Release: pairs with the acquire of IsCurrent. A reader that followed a link written later finds the array gone.
        TDesign.Write(ref _buckets, null);
        TDesign.Fence(); // and no link is written before the array is gone: a release alone does not order later stores
    }

    private void MoveChain(uint link, BucketArray next)
    {
        while (!ChainLink.IsEnd(link))
        {
            uint at = link;
            link = Node(at)->Next;
            LinkNode(next, ReciprocalScale.Scale(Hash(in Node(at)->Tuple), next.Count), at);
        }
    }

    /// <summary>Takes every lock in the order in which a confirm takes its two (<c>nf_conntrack_all_lock</c>).</summary>
    private void EnterAll()
    {
        for (uint index = 0; index < (TEra.GlobalLock ? 1u : SharedLayout.LockCount); index++)
        {
            TDesign.Lock(ref TableLock(index));
        }
    }

    private void ExitAll()
    {
        for (uint index = 0; index < (TEra.GlobalLock ? 1u : SharedLayout.LockCount); index++)
        {
            TDesign.Unlock(ref TableLock(index));
        }
    }
}
