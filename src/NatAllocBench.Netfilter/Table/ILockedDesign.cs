using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// The kernel's own way: ordered bucket locks (one global lock up to 3.14), slots that are taken again at once, and every hash computed
/// where the kernel does.
/// </summary>
internal unsafe interface ILockedDesign : ITableDesign
{
    static bool ITableDesign.IsLockFree => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ConfirmResult ITableDesign.Insert<TAddress, TEra, TDesign, TRefusal>(
        ChainTable<TAddress, TEra, TDesign> chains,
        ref CpuState cpu,
        Slot slot,
        TupleHash originalHash,
        TupleHash replyHash,
        int limit,
        TRefusal refusal) =>
        new LockedChains<TAddress, TEra, TDesign>(chains).Insert(ref cpu, slot, originalHash, replyHash, limit, refusal);

    static ChainScan ITableDesign.LinkReplyOnly<TAddress, TEra, TDesign>(
        ChainTable<TAddress, TEra, TDesign> chains, Slot slot, in BucketPair pair, ReplyClaim reply) =>
        new LockedChains<TAddress, TEra, TDesign>(chains).LinkReplyOnly(slot, in pair);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ITableDesign.Remove<TAddress, TEra, TDesign>(
        ChainTable<TAddress, TEra, TDesign> chains, Slot slot, TupleHash originalHash, TupleHash replyHash) =>
        new LockedChains<TAddress, TEra, TDesign>(chains).Remove(slot, originalHash, replyHash);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ITableDesign.LinkSource<TAddress, TEra, TDesign>(
        BySourceTable<TAddress, TEra, TDesign> sources, uint bucket, Slot slot)
    {
        ref Link head = ref sources.Chains.Heads[bucket];
        ref int guard = ref sources.Lock(bucket);
        TDesign.Lock(ref guard);
        sources.Slab.SetBySourceNext(slot, head);

        // Release: the entry's tuples and link are visible before the entry is. Pairs with the acquire in WalkSources.
        TDesign.Write(ref head, slot.Reply);
        TDesign.Unlock(ref guard);
    }

    static void ITableDesign.UnlinkSource<TAddress, TEra, TDesign>(
        BySourceTable<TAddress, TEra, TDesign> sources, uint bucket, Slot slot)
    {
        ref int guard = ref sources.Lock(bucket);
        TDesign.Lock(ref guard);
        ref Link link = ref sources.Chains.Heads[bucket];
        while (link != slot.Reply)
        {
            link = ref sources.Slab.Reply(link.Target.Slot)->BySourceNext;
        }

        // Release keeps the chain whole for readers; the removed entry keeps its own link, so a reader on it goes on.
        TDesign.Write(ref link, sources.Slab.Reply(slot)->BySourceNext);
        TDesign.Unlock(ref guard);
    }

    static bool ITableDesign.StillMatches<TAddress, TDesign>(
        EntrySlab<TAddress, TDesign> slab, Link link, in ConntrackTuple<TAddress> tuple, bool taken, out ulong status)
    {
        // Acquire: pairs with the release of CONFIRMED; the tuple read below is at least as new as the status.
        status = TDesign.Read(ref slab.Original(link.Slot)->Status);
        ulong visible = EntryStatus.Confirmed | (taken ? EntryStatus.ReplyReserved : 0);
        if ((status & visible) == 0 || !SharedTuple<TAddress, TDesign>.AreEqual(ref slab.Node(link)->Tuple, in tuple))
        {
            return false;
        }

        // Pairs with the fence of Free: had a new owner written any of what was compared, the generation would differ now.
        TDesign.LoadFence();
        return !TDesign.Keeps(ProtocolStep.CheckGeneration)
            || slab.PlainGeneration(link.Slot) == EntryStatus.Generation(status);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool ITableDesign.IsCurrent<TAddress, TEra, TDesign>(ChainTable<TAddress, TEra, TDesign> chains, BucketArray buckets) =>
        // Pairs with the fence of HideBuckets: if it is still the array, all links read before were of this array.
        chains.IsPresent(buckets);

    static void ITableDesign.BeginResize<TAddress, TEra, TDesign>(
        ChainTable<TAddress, TEra, TDesign> chains, BucketArray next) => chains.HideBuckets(next);

    static void ITableDesign.EndResize<TAddress, TEra, TDesign>(ChainTable<TAddress, TEra, TDesign> chains)
    {
        // The new array is what they waited for.
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ITableDesign.Enter<TDesign>(in Sections<TDesign> sections, ref CpuState cpu)
    {
        // A reader on a recycled slot finds out by itself.
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ITableDesign.Leave<TDesign>(ref CpuState cpu)
    {
        // As Enter.
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ITableDesign.Free<TAddress, TDesign>(in SlotPool<TAddress, TDesign> slots, ref CpuState cpu, Slot slot)
    {
        ref ulong status = ref slots.Slab.Original(slot)->Status;

        // Full fence: whoever sees anything that the next owner writes into the slot also sees the new generation. Pairs with the read
        // barrier of StillMatches; without it a reader could match a tuple made of two connections.
        TDesign.Exchange(ref status, EntryStatus.Freed(status));
        slots.Recycle(ref cpu.Slots, slot);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool ITableDesign.TryAdmit<TDesign>(in EntryCount<TDesign> count, ref CpuState cpu) => count.Add(1) <= count.Most;

    static void ITableDesign.Settle<TDesign>(in EntryCount<TDesign> count, ref CpuState cpu, bool dropped)
    {
        if (!dropped)
        {
            count.Add(-1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ITableDesign.ReleaseOne<TDesign>(in EntryCount<TDesign> count, ref CpuState cpu) => count.Add(-1);

    static bool ITableDesign.TryReserve<TAddress, TEra, TDesign>(
        in Reservations<TAddress, TEra, TDesign> reservations, Slot slot, in ConntrackTuple<TAddress> reply, TupleHash hash, uint deadline)
    {
        EntrySlab<TAddress, TDesign> slab = reservations.Chains.Slab;
        var locks = new LockedChains<TAddress, TEra, TDesign>(reservations.Chains);
        BucketPair pair = locks.LockPair(hash, hash);
        Link link = pair.Buckets.Heads[pair.Reply];
        while (!link.IsEnd)
        {
            if (ConntrackTuple<TAddress>.AreEqual(in slab.Node(link)->Tuple, in reply))
            {
                bool isExempt = reservations.IsExempt(link.Slot, slot, in reply);
                locks.ExitPair(in pair);
                return isExempt;
            }

            link = slab.Node(link)->Next;
        }

        ref ulong status = ref slab.Original(slot)->Status;
        SharedTuple<TAddress, TDesign>.Write(ref slab.Reply(slot)->Tuple, in reply);
        slab.SetDeadline(slot, deadline);
        locks.LinkNode(pair.Buckets, pair.Reply, slot.Reply);

        // Release: probes see the node with its tuple. Pairs with the acquire in StillMatches.
        TDesign.Write(ref status, status | EntryStatus.ReplyReserved);
        locks.ExitPair(in pair);
        return true;
    }

    static void ITableDesign.GiveUp<TAddress, TEra, TDesign>(ChainTable<TAddress, TEra, TDesign> chains, Slot slot, TupleHash hash)
    {
        var locks = new LockedChains<TAddress, TEra, TDesign>(chains);
        BucketPair pair = locks.LockPair(hash, hash);
        locks.UnlinkNode(pair.Buckets, pair.Reply, slot.Reply);
        locks.ExitPair(in pair);
    }
}

/// <inheritdoc cref="ILockedDesign"/>
public readonly struct KernelLocks : ILockedDesign, IDirectAccess
{
    /// <inheritdoc/>
    public static string Name => "kernel-locks";
}
