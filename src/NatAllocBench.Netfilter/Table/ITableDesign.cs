namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// How a table inserts and removes; a type parameter, so that the JIT drops the other designs' branches. Every design gives the same
/// outcomes.
/// </summary>
public interface ITableDesign : ISharedAccess
{
    /// <summary>Name in tables and options.</summary>
    static abstract string Name { get; }

    /// <summary>
    /// Whether entries are claimed by compare-and-swap, removed by mark bits and recycled after a grace period, instead of under the era's
    /// locks with slots that are taken again at once. Such a design also computes a hash once: ahead where it can be
    /// (<see cref="Batching.ConnectionHashes{TAddress, TEra, TDesign}"/>), from the state in front of the candidate port in a search, and
    /// not again at confirm. It keeps the hashes in links that no reader may follow meanwhile.
    /// </summary>
    static abstract bool IsLockFree { get; }

    /// <summary>
    /// Whether a candidate's probe is its claim: the REPLY tuple is linked when the port is chosen. What-if: no kernel does this.
    /// </summary>
    static virtual bool ReservesReply => false;

    /// <summary>Whether the design keeps a step of the protocol: every sound one keeps all.</summary>
    /// <param name="step">The step.</param>
    static virtual bool Keeps(ProtocolStep step) => true;

    /// <summary>
    /// Slots that a CPU frees before others may take them, 1 to 252. An exploration sets 1, so that few connections reach every step.
    /// </summary>
    static virtual int MagazineSlots => SlotMagazine.Size;

    /// <summary>Entries that a CPU of the lock-free design reserves at most at once, at least 1.</summary>
    static virtual uint LargestReservation => 64;
}

/// <summary>
/// The kernel's own way: ordered bucket locks (one global lock up to 3.14), and every hash computed where the kernel does.
/// </summary>
public readonly struct KernelLocks : ITableDesign, IDirectAccess
{
    /// <inheritdoc/>
    public static string Name => "kernel-locks";

    /// <inheritdoc/>
    public static bool IsLockFree => false;
}

/// <summary>
/// What-if: no kernel does this. The kernel's locks, but the REPLY tuple is linked when the port is chosen, so that no other search can
/// choose it before confirm. See <see cref="Reservations{TAddress, TEra, TDesign}"/>.
/// </summary>
public readonly struct Reserve : ITableDesign, IDirectAccess
{
    /// <inheritdoc/>
    public static string Name => "reserve";

    /// <inheritdoc/>
    public static bool IsLockFree => false;

    /// <inheritdoc/>
    public static bool ReservesReply => true;
}

/// <summary>
/// What-if: no kernel does this. As <see cref="Reserve"/> without locks: the REPLY tuple is claimed by compare-and-swap when the port is
/// chosen, and confirm neither walks its chain nor hashes it again. See <see cref="LockFreeReservations{TAddress, TEra, TDesign}"/>.
/// </summary>
public readonly struct ReserveLockFree : ITableDesign, IDirectAccess
{
    /// <inheritdoc/>
    public static string Name => "reserve-lock-free";

    /// <inheritdoc/>
    public static bool IsLockFree => true;

    /// <inheritdoc/>
    public static bool ReservesReply => true;
}

/// <summary>
/// No locks: both directions are claimed by compare-and-swap, both or none; lookups never wait, except for a resize. See
/// <see cref="LockFreeChains{TAddress, TEra, TDesign}"/> for the protocol. Connections come one by one, or in batches, whose hashes are
/// computed in stages and whose memory is fetched ahead: <see cref="Batching.ConnectionBatch{TAddress, TEra}"/>.
/// </summary>
public readonly struct LockFree : ITableDesign, IDirectAccess
{
    /// <inheritdoc/>
    public static string Name => "lock-free";

    /// <inheritdoc/>
    public static bool IsLockFree => true;
}
