using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// How a table inserts, removes and recycles: everything in which designs differ; a type parameter, so that the JIT compiles the table once
/// for each. Every design gives the same outcomes.
/// </summary>
/// <remarks>
/// <see cref="ILockedDesign"/> is the kernel's way, <see cref="ILockFreeDesign"/> the one without locks, and
/// <see cref="IReservingDesign"/> what a search adds that keeps its port. The members take the design as a type argument of their own, so
/// that one design can stand for another (<see cref="IDesignOf{TInner}"/>) with shared accesses or steps of its own.
/// </remarks>
public unsafe interface ITableDesign : ISharedAccess
{
    /// <summary>Name in tables and options.</summary>
    static abstract string Name { get; }

    /// <summary>
    /// Whether entries are claimed by compare-and-swap, removed by mark bits and recycled after a grace period. Such a design also computes
    /// a hash once: ahead where it can be (<see cref="Batching.ConnectionHashes{TAddress, TEra, TDesign}"/>), from the state in front of
    /// the candidate port in a search, and not again at confirm (<see cref="PendingEntry{TAddress}"/>).
    /// </summary>
    static abstract bool IsLockFree { get; }

    /// <summary>
    /// Whether a candidate's probe is its claim: the REPLY tuple is linked when the port is chosen. What-if: no kernel does this.
    /// </summary>
    static virtual bool ReservesReply => false;

    /// <summary>Whether the design keeps a step of the protocol: every sound one keeps all.</summary>
    static virtual bool Keeps(ProtocolStep step) => true;

    /// <summary>
    /// Slots that a CPU frees before others may take them, 1 to 252. An exploration sets 1, so that few connections reach every step.
    /// </summary>
    static virtual int MagazineSlots => SlotMagazine.Size;

    /// <summary>Entries that a CPU of the lock-free design reserves at most at once, at least 1.</summary>
    static virtual uint LargestReservation => 64;

    /// <summary>Inserts both nodes of an unconfirmed entry and makes it visible, or asks what becomes of it and frees it.</summary>
    /// <typeparam name="TRefusal">Says what becomes of an entry that cannot be inserted.</typeparam>
    internal static abstract ConfirmResult Insert<TAddress, TEra, TDesign, TRefusal>(
        ChainTable<TAddress, TEra, TDesign> chains,
        ref CpuState cpu,
        Slot slot,
        TupleHash originalHash,
        TupleHash replyHash,
        int limit,
        TRefusal refusal)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
        where TRefusal : struct, IRefusal;

    /// <summary>Links the REPLY node alone, if no resident has its tuple.</summary>
    internal static abstract ChainScan LinkReplyOnly<TAddress, TEra, TDesign>(
        ChainTable<TAddress, TEra, TDesign> chains, Slot slot, in BucketPair pair, ReplyClaim reply)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign;

    /// <summary>Takes both nodes of an entry out that the caller alone has marked DYING.</summary>
    internal static abstract void Remove<TAddress, TEra, TDesign>(
        ChainTable<TAddress, TEra, TDesign> chains, Slot slot, TupleHash originalHash, TupleHash replyHash)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign;

    /// <summary>Puts an entry at the head of its by-source chain.</summary>
    internal static abstract void LinkSource<TAddress, TEra, TDesign>(
        BySourceTable<TAddress, TEra, TDesign> sources, uint bucket, Slot slot)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign;

    /// <summary>Takes an entry out of its by-source chain.</summary>
    internal static abstract void UnlinkSource<TAddress, TEra, TDesign>(
        BySourceTable<TAddress, TEra, TDesign> sources, uint bucket, Slot slot)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign;

    /// <summary>
    /// Second look at a node whose tuple seemed equal: is it visible, and was it one and the same connection while it was compared?
    /// </summary>
    internal static abstract bool StillMatches<TAddress, TDesign>(
        EntrySlab<TAddress, TDesign> slab, Link link, in ConntrackTuple<TAddress> tuple, bool taken, out ulong status)
        where TAddress : unmanaged, IAddress<TAddress>
        where TDesign : struct, ITableDesign;

    /// <summary>Whether no resize began since a reader read the array.</summary>
    internal static abstract bool IsCurrent<TAddress, TEra, TDesign>(ChainTable<TAddress, TEra, TDesign> chains, BucketArray buckets)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign;

    /// <summary>Keeps readers off the chains before a resize moves the nodes.</summary>
    internal static abstract void BeginResize<TAddress, TEra, TDesign>(
        ChainTable<TAddress, TEra, TDesign> chains, BucketArray next)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign;

    /// <summary>Lets them go on after the new array was published.</summary>
    internal static abstract void EndResize<TAddress, TEra, TDesign>(ChainTable<TAddress, TEra, TDesign> chains)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign;

    /// <summary>Begins a section of a CPU; see <see cref="Sections{TDesign}"/>.</summary>
    internal static abstract void Enter<TDesign>(in Sections<TDesign> sections, ref CpuState cpu)
        where TDesign : struct, ITableDesign;

    /// <summary>Ends it: the CPU holds no link any more.</summary>
    internal static abstract void Leave<TDesign>(ref CpuState cpu)
        where TDesign : struct, ITableDesign;

    /// <summary>Ends an entry that is in no chain: new generation, slot back to the calling CPU.</summary>
    internal static abstract void Free<TAddress, TDesign>(in SlotPool<TAddress, TDesign> slots, ref CpuState cpu, Slot slot)
        where TAddress : unmanaged, IAddress<TAddress>
        where TDesign : struct, ITableDesign;

    /// <summary>Counts one more entry. If the answer is no, the caller tries early drop and then calls <see cref="Settle"/>.</summary>
    internal static abstract bool TryAdmit<TDesign>(in EntryCount<TDesign> count, ref CpuState cpu)
        where TDesign : struct, ITableDesign;

    /// <summary>Counts the entry that was not admitted at once, or forgets it.</summary>
    internal static abstract void Settle<TDesign>(in EntryCount<TDesign> count, ref CpuState cpu, bool dropped)
        where TDesign : struct, ITableDesign;

    /// <summary>Counts one entry less.</summary>
    internal static abstract void ReleaseOne<TDesign>(in EntryCount<TDesign> count, ref CpuState cpu)
        where TDesign : struct, ITableDesign;

    /// <summary>Reserves a REPLY tuple that a probe found free, unless it is taken meanwhile.</summary>
    /// <returns>Whether the search may end here: the tuple is reserved, or its holder is exempt.</returns>
    internal static abstract bool TryReserve<TAddress, TEra, TDesign>(
        in Reservations<TAddress, TEra, TDesign> reservations, Slot slot, in ConntrackTuple<TAddress> reply, TupleHash hash, uint deadline)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign;

    /// <summary>Gives up the reservation of an entry that will not be confirmed.</summary>
    internal static abstract void GiveUp<TAddress, TEra, TDesign>(ChainTable<TAddress, TEra, TDesign> chains, Slot slot, TupleHash hash)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign;

    /// <summary>Under the locks: walks both chains for the tuples of an entry that is in confirm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static virtual ChainScan Scan<TAddress, TEra, TDesign>(
        ChainTable<TAddress, TEra, TDesign> chains, in BucketPair pair, Slot slot, int limit)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        ChainScan scan = chains.ScanChain(pair.Buckets.Heads[pair.Original], in chains.Slab.Original(slot)->Tuple, limit);
        return scan.IsClear && TDesign.Keeps(ProtocolStep.ScanReplyAtConfirm)
            ? chains.ScanChain(pair.Buckets.Heads[pair.Reply], in chains.Slab.Reply(slot)->Tuple, limit)
            : scan;
    }

    /// <summary>Under the locks: walks the chain of the REPLY tuple of an entry that is to have no other.</summary>
    internal static virtual ChainScan ScanReplyOnly<TAddress, TEra, TDesign>(
        ChainTable<TAddress, TEra, TDesign> chains, in BucketPair pair, Slot slot)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign =>
        chains.ScanChain(pair.Buckets.Heads[pair.Reply], in chains.Slab.Reply(slot)->Tuple, ChainScan.Unlimited);

    /// <summary>Without locks: whether a node stands against a claim of its tuple. Waits while that is undecided.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static virtual bool StandsAgainst<TAddress, TEra, TDesign>(
        LockFreeChains<TAddress, TEra, TDesign> chains, Link at, Slot self, bool isReply)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign => chains.IsResident(at);
}
