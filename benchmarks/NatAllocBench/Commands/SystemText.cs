using NatAllocBench.Allocators;

namespace NatAllocBench.Commands;

/// <summary>What distinguishes allocators, in words.</summary>
internal static class SystemText
{
    public static string Of(PortIdentity identity) => identity == PortIdentity.PerDestination ? "one destination" : "all destinations";

    public static string Of(LockScope scope) => scope switch
    {
        LockScope.Window => "nothing (window)",
        LockScope.Mutex => "one mutex",
        LockScope.ShardedPerWorker => "a worker's own ports",
        LockScope.InsertIfAbsent => "insert if absent",
        LockScope.Bitmap => "a bit (compare-and-swap)",
        _ => "a client's own block",
    };
}
