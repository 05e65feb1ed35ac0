using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Racing.Throughput;

/// <summary>A design that can be raced for throughput.</summary>
/// <param name="Name">Name in options and tables.</param>
/// <param name="IsContender">Whether it is not a design of the model: what a .NET, C or C++ developer would pick.</param>
/// <param name="Create">Makes an empty table for a workload from a seed.</param>
public sealed record TableDesign(string Name, bool IsContender, Func<ThroughputWorkload, ulong, IConnectionTable> Create)
{
    /// <summary>Why the design does not do a workload that others do; null if it does.</summary>
    public Func<ThroughputWorkload, string?> WhyMissingIn { get; init; } = _ => null;

    /// <summary>The model's own designs, the faithful baseline first.</summary>
    public static IReadOnlyList<TableDesign> OfTheModel { get; } = [Of<KernelLocks>(), Of<LockFree>(), Of<Batched>()];

    /// <summary>What-if: designs that no kernel has.</summary>
    public static IReadOnlyList<TableDesign> WhatIf { get; } = [Of<Reserve>()];

    /// <summary>The faithful baseline with locks in the order of the requests, as a kernel's are.</summary>
    public static IReadOnlyList<TableDesign> OtherLocks { get; } = [Of<KernelLocksFifo>()];

    private static TableDesign Of<TDesign>()
        where TDesign : struct, ITableDesign => new(
            TDesign.Name,
            IsContender: false,
            (workload, seed) => workload.Era.Accept<Visitor<TDesign>, IConnectionTable>(new(workload, seed)));

    private readonly struct Visitor<TDesign>(ThroughputWorkload workload, ulong seed) : IEraVisitor<IConnectionTable>
        where TDesign : struct, ITableDesign
    {
        public IConnectionTable Visit<TEra>(Era era)
            where TEra : struct, IEra => typeof(TDesign) == typeof(Batched) ? new BatchedTable<TEra>(workload, seed)
                : typeof(TDesign) == typeof(LockFree) ? new LockFreeTable<TEra>(workload, seed)
                : new NetfilterTable<TEra, TDesign>(workload, seed);
    }
}
