namespace NatAllocBench.Netfilter.Table;

/// <summary>Where the words that all CPUs of a table share stand in one block of memory, 128 bytes apart at least.</summary>
internal static class SharedLayout
{
    /// <summary>Number of entries, unconfirmed ones included (<c>nf_conntrack_count</c>); lock-free design: entries reserved by CPUs.</summary>
    public const int Count = 0;

    /// <summary>Next slot that was never used.</summary>
    public const int FreshSlots = 128;

    /// <summary>Stack of full magazines.</summary>
    public const int FullMagazines = 256;

    /// <summary>Stack of empty magazines.</summary>
    public const int EmptyMagazines = 384;

    /// <summary>Lock of the by-source table where it has only one (up to 4.8).</summary>
    public const int BySourceLock = 512;

    /// <summary>Lock-free design: the epoch, and whether a resize is on.</summary>
    public const int Epoch = 640;

    /// <summary>The table's locks, 4 bytes apart as in the kernel's array.</summary>
    public const int TableLocks = 1024;

    /// <summary>The by-source table's locks.</summary>
    public const int BySourceLocks = TableLocks + (LockCount * sizeof(int));

    /// <summary>CONNTRACK_LOCKS.</summary>
    public const int LockCount = 1024;

    /// <summary>Size of the block.</summary>
    public const int Size = BySourceLocks + (LockCount * sizeof(int));
}
