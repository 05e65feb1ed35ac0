namespace NatAllocBench.Allocators;

/// <summary>What of choosing and inserting is one atomic step.</summary>
public enum LockScope
{
    /// <summary>Nothing: others may take the port between the check and the insertion.</summary>
    Window,

    /// <summary>One mutex is held over choosing and inserting.</summary>
    Mutex,

    /// <summary>A port belongs to one worker; insertion is the test.</summary>
    ShardedPerWorker,

    /// <summary>Insertion into the shared table, if the key is absent, is the test.</summary>
    InsertIfAbsent,

    /// <summary>A compare-and-swap on a bitmap of ports is the test.</summary>
    Bitmap,

    /// <summary>A block of ports belongs to one client.</summary>
    Blocks,
}
