using NatAllocBench.Netfilter.Hashing;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// What-if: no kernel does this. The REPLY tuple is linked when the port is chosen, so that no other search can choose it before confirm.
/// See <see cref="Reservations{TAddress, TEra, TDesign}"/>.
/// </summary>
internal interface IReservingDesign : ITableDesign
{
    static bool ITableDesign.ReservesReply => true;

    static ChainScan ITableDesign.Scan<TAddress, TEra, TDesign>(
        ChainTable<TAddress, TEra, TDesign> chains, in BucketPair pair, Slot slot, int limit) =>
        Reservations<TAddress, TEra, TDesign>.Scan(chains.Slab, in pair, slot, limit);

    static ChainScan ITableDesign.ScanReplyOnly<TAddress, TEra, TDesign>(
        ChainTable<TAddress, TEra, TDesign> chains, in BucketPair pair, Slot slot) =>
        Reservations<TAddress, TEra, TDesign>.ScanReplyOnly(chains.Slab, in pair, slot);

    static bool ITableDesign.StandsAgainst<TAddress, TEra, TDesign>(
        LockFreeChains<TAddress, TEra, TDesign> chains, Link at, Slot self, bool isReply) =>
        new LockFreeReservations<TAddress, TEra, TDesign>(chains.Chains).StandsAgainst(at, self, isReply);
}

/// <summary>
/// What-if: no kernel does this. The kernel's locks, but the REPLY tuple is linked when the port is chosen, so that no other search can
/// choose it before confirm.
/// </summary>
public readonly struct Reserve : ILockedDesign, IReservingDesign, IDirectAccess
{
    /// <inheritdoc/>
    public static string Name => "reserve";
}

/// <summary>
/// What-if: no kernel does this. As <see cref="Reserve"/> without locks: the REPLY tuple is claimed by compare-and-swap when the port is
/// chosen, and confirm neither walks its chain nor hashes it again. See <see cref="LockFreeReservations{TAddress, TEra, TDesign}"/>.
/// </summary>
public readonly struct ReserveLockFree : ILockFreeDesign, IReservingDesign, IDirectAccess
{
    /// <inheritdoc/>
    public static string Name => "reserve-lock-free";

    static ConfirmResult ITableDesign.Insert<TAddress, TEra, TDesign, TRefusal>(
        ChainTable<TAddress, TEra, TDesign> chains,
        ref CpuState cpu,
        Slot slot,
        TupleHash originalHash,
        TupleHash replyHash,
        int limit,
        TRefusal refusal)
    {
        var free = new LockFreeChains<TAddress, TEra, TDesign>(chains);
        return Reservations<TAddress, TEra, TDesign>.Has(chains.Slab, slot)
            ? free.InsertReserved(ref cpu, slot, originalHash, replyHash, limit, refusal)
            : free.Insert(ref cpu, slot, originalHash, replyHash, limit, refusal);
    }

    static ChainScan ITableDesign.LinkReplyOnly<TAddress, TEra, TDesign>(
        ChainTable<TAddress, TEra, TDesign> chains, Slot slot, in BucketPair pair, ReplyClaim reply) =>
        new LockFreeReservations<TAddress, TEra, TDesign>(chains).LinkReplyOnly(slot, in pair, reply);
}
