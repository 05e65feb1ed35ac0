using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>A design that does everything as another one does, with shared accesses or steps of its own.</summary>
/// <typeparam name="TInner">The other one.</typeparam>
internal interface IDesignOf<TInner> : ITableDesign
    where TInner : struct, ITableDesign
{
    static string ITableDesign.Name => TInner.Name;

    static bool ITableDesign.IsLockFree => TInner.IsLockFree;

    static bool ITableDesign.ReservesReply => TInner.ReservesReply;

    static bool ITableDesign.Keeps(ProtocolStep step) => TInner.Keeps(step);

    static ConfirmResult ITableDesign.Insert<TAddress, TEra, TDesign, TRefusal>(
        ChainTable<TAddress, TEra, TDesign> chains,
        ref CpuState cpu,
        Slot slot,
        TupleHash originalHash,
        TupleHash replyHash,
        int limit,
        TRefusal refusal) => TInner.Insert(chains, ref cpu, slot, originalHash, replyHash, limit, refusal);

    static ChainScan ITableDesign.LinkReplyOnly<TAddress, TEra, TDesign>(
        ChainTable<TAddress, TEra, TDesign> chains, Slot slot, in BucketPair pair, ReplyClaim reply) =>
        TInner.LinkReplyOnly(chains, slot, in pair, reply);

    static void ITableDesign.Remove<TAddress, TEra, TDesign>(
        ChainTable<TAddress, TEra, TDesign> chains, Slot slot, TupleHash originalHash, TupleHash replyHash) =>
        TInner.Remove(chains, slot, originalHash, replyHash);

    static void ITableDesign.LinkSource<TAddress, TEra, TDesign>(
        BySourceTable<TAddress, TEra, TDesign> sources, uint bucket, Slot slot) => TInner.LinkSource(sources, bucket, slot);

    static void ITableDesign.UnlinkSource<TAddress, TEra, TDesign>(
        BySourceTable<TAddress, TEra, TDesign> sources, uint bucket, Slot slot) => TInner.UnlinkSource(sources, bucket, slot);

    static bool ITableDesign.StillMatches<TAddress, TDesign>(
        EntrySlab<TAddress, TDesign> slab, Link link, in ConntrackTuple<TAddress> tuple, bool taken, out ulong status) =>
        TInner.StillMatches(slab, link, in tuple, taken, out status);

    static bool ITableDesign.IsCurrent<TAddress, TEra, TDesign>(ChainTable<TAddress, TEra, TDesign> chains, BucketArray buckets) =>
        TInner.IsCurrent(chains, buckets);

    static void ITableDesign.BeginResize<TAddress, TEra, TDesign>(
        ChainTable<TAddress, TEra, TDesign> chains, BucketArray next) => TInner.BeginResize(chains, next);

    static void ITableDesign.EndResize<TAddress, TEra, TDesign>(ChainTable<TAddress, TEra, TDesign> chains) => TInner.EndResize(chains);

    static void ITableDesign.Enter<TDesign>(in Sections<TDesign> sections, ref CpuState cpu) => TInner.Enter(in sections, ref cpu);

    static void ITableDesign.Leave<TDesign>(ref CpuState cpu) => TInner.Leave<TDesign>(ref cpu);

    static void ITableDesign.Free<TAddress, TDesign>(in SlotPool<TAddress, TDesign> slots, ref CpuState cpu, Slot slot) =>
        TInner.Free(in slots, ref cpu, slot);

    static bool ITableDesign.TryAdmit<TDesign>(in EntryCount<TDesign> count, ref CpuState cpu) => TInner.TryAdmit(in count, ref cpu);

    static void ITableDesign.Settle<TDesign>(in EntryCount<TDesign> count, ref CpuState cpu, bool dropped) =>
        TInner.Settle(in count, ref cpu, dropped);

    static void ITableDesign.ReleaseOne<TDesign>(in EntryCount<TDesign> count, ref CpuState cpu) => TInner.ReleaseOne(in count, ref cpu);

    static bool ITableDesign.TryReserve<TAddress, TEra, TDesign>(
        in Reservations<TAddress, TEra, TDesign> reservations,
        Slot slot,
        in ConntrackTuple<TAddress> reply,
        TupleHash hash,
        uint deadline) =>
        TInner.TryReserve(in reservations, slot, in reply, hash, deadline);

    static void ITableDesign.GiveUp<TAddress, TEra, TDesign>(ChainTable<TAddress, TEra, TDesign> chains, Slot slot, TupleHash hash) =>
        TInner.GiveUp(chains, slot, hash);

    static ChainScan ITableDesign.Scan<TAddress, TEra, TDesign>(
        ChainTable<TAddress, TEra, TDesign> chains, in BucketPair pair, Slot slot, int limit) =>
        TInner.Scan(chains, in pair, slot, limit);

    static ChainScan ITableDesign.ScanReplyOnly<TAddress, TEra, TDesign>(
        ChainTable<TAddress, TEra, TDesign> chains, in BucketPair pair, Slot slot) => TInner.ScanReplyOnly(chains, in pair, slot);

    static bool ITableDesign.StandsAgainst<TAddress, TEra, TDesign>(
        LockFreeChains<TAddress, TEra, TDesign> chains, Link at, Slot self, bool isReply) =>
        TInner.StandsAgainst(chains, at, self, isReply);
}
