namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// As <see cref="KernelLocks"/>, with locks that are handed over in the order of the requests, as those of every kernel are. The locks of
/// <see cref="KernelLocks"/> go to whoever comes first after they are free, which is faster and not fair.
/// </summary>
public readonly struct KernelLocksFifo : ILockedDesign, IDirectAccess
{
    /// <inheritdoc/>
    public static string Name => "kernel-locks-fifo";

    static void ISharedAccess.Lock(ref int word) => TicketLock32.Enter(ref word);

    static void ISharedAccess.Unlock(ref int word) => TicketLock32.Exit(ref word);
}
