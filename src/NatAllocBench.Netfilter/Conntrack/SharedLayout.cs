namespace NatAllocBench.Netfilter.Conntrack;

/// <summary>Where the words that all CPUs of a table share stand in one block of memory, 128 bytes apart at least.</summary>
internal static class SharedLayout
{
    /// <summary>Number of entries, unconfirmed ones included (<c>nf_conntrack_count</c>).</summary>
    public const int Count = 0;

    /// <summary>Next slot that was never used.</summary>
    public const int FreshSlots = 128;

    /// <summary>Lock of the list of freed batches.</summary>
    public const int FreeLock = 256;

    /// <summary>First batch of freed slots.</summary>
    public const int FreeBatches = 384;

    /// <summary>Lock of the by-source table where it has only one (up to 4.8).</summary>
    public const int BySourceLock = 512;

    /// <summary>The table's locks, 4 bytes apart as in the kernel's array.</summary>
    public const int TableLocks = 1024;

    /// <summary>The by-source table's locks.</summary>
    public const int BySourceLocks = TableLocks + (LockCount * sizeof(int));

    /// <summary>CONNTRACK_LOCKS.</summary>
    public const int LockCount = 1024;

    /// <summary>Size of the block.</summary>
    public const int Size = BySourceLocks + (LockCount * sizeof(int));
}
