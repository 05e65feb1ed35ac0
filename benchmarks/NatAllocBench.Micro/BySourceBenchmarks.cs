using BenchmarkDotNet.Attributes;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Micro;

/// <summary>The lookup of another connection of the same socket, with its hash, among 20 thousand sources, era 6.12.</summary>
/// <typeparam name="TDesign">The table design.</typeparam>
[GenericTypeArguments(typeof(KernelLocks))]
[GenericTypeArguments(typeof(LockFree))]
[BenchmarkCategory("by-source")]
public class BySourceBenchmarks<TDesign>
    where TDesign : struct, ITableDesign
{
    private const int Entries = 19_354;
    private readonly MicroTable<Linux6_5, TDesign> _micro = new(EraCatalog.Get("6.12"));
    private readonly NatRange<IPv4Address> _rule = MicroTable.Rule(NatFlags.None);
    private int _flow;

    /// <summary>Fills the table.</summary>
    [GlobalSetup]
    public void SetUp() => _micro.Occupy((double)Entries / Racing.Workloads.RaceWorkload.AllPorts);

    /// <summary>Frees the table.</summary>
    [GlobalCleanup]
    public void CleanUp() => _micro.Dispose();

    /// <summary>The source has a mapping.</summary>
    [Benchmark]
    public bool Hit() => Find(1000);

    /// <summary>The source has none.</summary>
    [Benchmark]
    public bool Miss() => Find(1_000_000);

    private bool Find(int first)
    {
        _flow = _flow + 1 == Entries ? 0 : _flow + 1;
        ConntrackTuple<IPv4Address> tuple = MicroTable.Flow(first + _flow);
        return _micro.Table.BySource.TryFind(in tuple, _micro.Table.BySourceHash(in tuple), in _rule, out _);
    }
}
