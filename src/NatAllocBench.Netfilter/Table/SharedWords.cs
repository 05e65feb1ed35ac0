namespace NatAllocBench.Netfilter.Table;

/// <summary>The words that all CPUs of a table share: one block of memory, with different words at least 128 bytes apart.</summary>
/// <param name="memory">The block, zeroed, of <see cref="Size"/> bytes.</param>
internal readonly unsafe struct SharedWords(byte* memory)
{
    /// <summary>CONNTRACK_LOCKS.</summary>
    public const int LockCount = 1024;

    /// <summary>Size of the block.</summary>
    public const int Size = BySourceLocksAt + (LockCount * sizeof(int));

    public const int CountAt = 0;
    public const int FreshSlotsAt = 128;
    public const int FullMagazinesAt = 256;
    public const int EmptyMagazinesAt = 384;
    public const int BySourceLockAt = 512;
    public const int EpochAt = 640;
    public const int ResizingAt = EpochAt + sizeof(ulong);
    public const int TableLocksAt = 1024;
    public const int BySourceLocksAt = TableLocksAt + (LockCount * sizeof(int));

    /// <summary>
    /// Number of entries, unconfirmed ones included (<c>nf_conntrack_count</c>); lock-free design: entries reserved by CPUs.
    /// </summary>
    public ref uint Count => ref *(uint*)(memory + CountAt);

    /// <summary>Next slot that was never used.</summary>
    public ref uint FreshSlots => ref *(uint*)(memory + FreshSlotsAt);

    /// <summary>Top of the stack of full magazines: number + 1 of a magazine below, a version against ABA above.</summary>
    public ref ulong FullMagazines => ref *(ulong*)(memory + FullMagazinesAt);

    /// <summary>Top of the stack of empty magazines.</summary>
    public ref ulong EmptyMagazines => ref *(ulong*)(memory + EmptyMagazinesAt);

    /// <summary>Lock-free design: the epoch.</summary>
    public ref ulong Epoch => ref *(ulong*)(memory + EpochAt);

    /// <summary>Lock-free design: 1 while a resize is on. Beside the epoch, as every section reads both.</summary>
    public ref ulong Resizing => ref *(ulong*)(memory + ResizingAt);

    /// <summary>Lock of the by-source table where it has only one (up to 4.8).</summary>
    public ref int BySourceLock => ref *(int*)(memory + BySourceLockAt);

    /// <summary>A lock of the table, 4 bytes apart as in the kernel's array.</summary>
    /// <param name="index">0 to <see cref="LockCount"/> - 1.</param>
    public ref int TableLock(uint index) => ref *(int*)(memory + TableLocksAt + (index * sizeof(int)));

    /// <summary>A lock of the by-source table.</summary>
    /// <param name="index">0 to <see cref="LockCount"/> - 1.</param>
    public ref int BySourceLockOf(uint index) => ref *(int*)(memory + BySourceLocksAt + (index * sizeof(int)));
}
