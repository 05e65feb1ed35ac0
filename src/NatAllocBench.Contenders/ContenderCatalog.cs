using NatAllocBench.Racing.Throughput;

namespace NatAllocBench.Contenders;

/// <summary>The tables that a .NET user would pick, doing the same work as the model's designs.</summary>
public static class ContenderCatalog
{
    /// <summary>All contenders.</summary>
    public static IReadOnlyList<TableDesign> All { get; } =
    [
        new(ConcurrentStore<FrameworkMap>.Name, IsContender: true, (workload, seed) => new ContenderTable<ConcurrentStore<FrameworkMap>>(
            workload, new ConcurrentStore<FrameworkMap>(workload.Threads, workload.Connections), seed)),
        new(LockedStore.Name, IsContender: true, (workload, seed) => new ContenderTable<LockedStore>(
            workload, new LockedStore(workload.Connections), seed)),
        new(ConcurrentStore<LockFreeMap>.Name, IsContender: true, (workload, seed) => new ContenderTable<ConcurrentStore<LockFreeMap>>(
            workload, new ConcurrentStore<LockFreeMap>(workload.Threads, workload.Connections), seed)),
    ];
}
