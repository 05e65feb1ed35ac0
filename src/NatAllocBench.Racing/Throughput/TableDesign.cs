using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Racing.Throughput;

/// <summary>A design that can be raced for throughput.</summary>
/// <param name="Name">Name in options and tables.</param>
/// <param name="IsContender">Whether it is not a design of the model: what a .NET, C or C++ developer would pick.</param>
/// <param name="Create">Makes an empty table for a workload from a seed.</param>
public sealed record TableDesign(string Name, bool IsContender, Func<ThroughputWorkload, ulong, IConnectionTable> Create)
{
    /// <summary>Why the design does not do a workload that others do; null if it does.</summary>
    public Func<ThroughputWorkload, string?> WhyMissingIn { get; init; } = _ => null;

    /// <summary>
    /// Whether every round has a new table, whose slots come in order; else slots come in the order in which an expiry left them.
    /// </summary>
    public bool IsRenewed { get; init; }

    /// <summary>The model's own designs, the faithful baseline first.</summary>
    public static IReadOnlyList<TableDesign> OfTheModel { get; } =
        [Of<KernelLocks>(), OneByOne<LockFree>(LockFree.Name), InBatches("batched")];

    /// <summary>What-if: designs that no kernel has.</summary>
    public static IReadOnlyList<TableDesign> WhatIf { get; } = [Of<Reserve>(), OneByOne<ReserveLockFree>(ReserveLockFree.Name)];

    /// <summary>The faithful baseline with locks in the order of the requests, as a kernel's are.</summary>
    public static IReadOnlyList<TableDesign> OtherLocks { get; } = [Of<KernelLocksFifo>()];

    /// <summary>The machine's floor: what three compare-and-swaps, one entry and four hashes take.</summary>
    public static IReadOnlyList<TableDesign> Floors { get; } =
        [new(FloorTable.Name, IsContender: true, (workload, seed) => new FloorTable(workload, seed))];

    /// <summary>What-if, no kernel does this: the model's designs with a fast keyed hash instead of SipHash.</summary>
    public static IReadOnlyList<TableDesign> FastHashed { get; } = [.. OfTheModel.Select(WithFastHash)];

    /// <summary>The model's designs on slots in order.</summary>
    public static IReadOnlyList<TableDesign> OnOrderedSlots { get; } =
        [.. OfTheModel.Select(design => design with { Name = $"{design.Name}-ordered", IsRenewed = true })];

    /// <summary>
    /// The lock-free designs with every connection on the general path: what those cost that the short path does not cover.
    /// </summary>
    public static IReadOnlyList<TableDesign> OnGeneralPath { get; } =
        [OneByOne<LockFree>($"{LockFree.Name}-general", takesShortPath: false), InBatches("batched-general", takesShortPath: false)];

    /// <summary>The design with connections that take longer by a fixed time.</summary>
    /// <param name="addedNs">That time for a workload, ns a connection.</param>
    internal TableDesign Slowed(Func<ThroughputWorkload, double> addedNs) => this with
    {
        Name = $"{Name}-slowed",
        Create = (workload, seed) => new SlowedTable(Create(workload, seed), addedNs(workload)),
    };

    private static TableDesign OneByOne<TDesign>(string name, bool takesShortPath = true)
        where TDesign : struct, ITableDesign =>
        Made(name, (workload, seed) => new LockFreeVisitor<TDesign>(workload, seed, takesShortPath));

    private static TableDesign InBatches(string name, bool takesShortPath = true) =>
        Made(name, (workload, seed) => new BatchedVisitor(workload, seed, takesShortPath));

    private static TableDesign WithFastHash(TableDesign design) => design with
    {
        Name = design.Name + DesignNames.Wyhash,
        Create = (workload, seed) => design.Create(workload with { Era = workload.Era.WithFastHash()! }, seed),
        WhyMissingIn = workload => workload.Era.WithFastHash() is null
            ? $"the fast hash takes the place of the SipHash of 6.5 and later, which {workload.Era} does not have" : null,
    };

    private static TableDesign Of<TDesign>()
        where TDesign : struct, ITableDesign => Made(TDesign.Name, (workload, seed) => new Visitor<TDesign>(workload, seed));

    private static TableDesign Made<TVisitor>(string name, Func<ThroughputWorkload, ulong, TVisitor> visitor)
        where TVisitor : struct, IEraVisitor<IConnectionTable> => new(
            name, IsContender: false, (workload, seed) => workload.Era.Accept<TVisitor, IConnectionTable>(visitor(workload, seed)));

    private readonly struct Visitor<TDesign>(ThroughputWorkload workload, ulong seed) : IEraVisitor<IConnectionTable>
        where TDesign : struct, ITableDesign
    {
        public IConnectionTable Visit<TEra>(Era era)
            where TEra : struct, IEra => new NetfilterTable<TEra, TDesign>(workload, seed);
    }

    private readonly struct LockFreeVisitor<TDesign>(ThroughputWorkload workload, ulong seed, bool takesShortPath)
        : IEraVisitor<IConnectionTable>
        where TDesign : struct, ITableDesign
    {
        public IConnectionTable Visit<TEra>(Era era)
            where TEra : struct, IEra => new LockFreeTable<TEra, TDesign>(workload, seed, takesShortPath);
    }

    private readonly struct BatchedVisitor(ThroughputWorkload workload, ulong seed, bool takesShortPath) : IEraVisitor<IConnectionTable>
    {
        public IConnectionTable Visit<TEra>(Era era)
            where TEra : struct, IEra => new BatchedTable<TEra>(workload, seed, takesShortPath);
    }
}
