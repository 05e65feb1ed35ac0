using BenchmarkDotNet.Attributes;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Micro;

/// <summary>Lookups in a table of 20 thousand entries, era 6.12. Flows take turns, so chains are not always warm.</summary>
/// <typeparam name="TDesign">The table design.</typeparam>
[GenericTypeArguments(typeof(KernelLocks))]
[GenericTypeArguments(typeof(LockFree))]
[BenchmarkCategory("lookup")]
public class LookupBenchmarks<TDesign>
    where TDesign : struct, ITableDesign
{
    private const int Entries = 19_354;
    private readonly MicroTable<Linux6_5, TDesign> _micro = new(EraCatalog.Get("6.12"));
    private int _flow;
    private Slot _self;

    /// <summary>Fills the table.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _micro.Occupy((double)Entries / Racing.Workloads.RaceWorkload.AllPorts);
        _self = _micro.Create(1).Slot;
    }

    /// <summary>Frees the table.</summary>
    [GlobalCleanup]
    public void CleanUp() => _micro.Dispose();

    /// <summary>Hash and lookup of a flow that is in the table.</summary>
    [Benchmark]
    public bool Hit() => Find(1000 + Next());

    /// <summary>Hash and lookup of a flow that does not.</summary>
    [Benchmark]
    public bool Miss() => Find(1_000_000 + Next());

    /// <summary>The allocator's question whether a REPLY tuple is in use, with its hash; it is for about every third port.</summary>
    [Benchmark]
    public bool IsTaken()
    {
        ConntrackTuple<IPv4Address> mapped = MicroTable.Flow(0);
        mapped.Source = Racing.Workloads.RaceWorkload.NatAddress(0);
        mapped.SourcePort = (ushort)(1024 + (3 * Next()));
        ConntrackTuple<IPv4Address> reply = mapped.Invert();
        return _micro.Table.IsTaken(ref _micro.Cpu, in reply, _micro.Table.Hash(in reply), _self);
    }

    private int Next() => _flow = _flow + 1 == Entries ? 0 : _flow + 1;

    private bool Find(int flow)
    {
        ConntrackTuple<IPv4Address> tuple = MicroTable.Flow(flow);
        return _micro.Table.TryFind(ref _micro.Cpu, in tuple, _micro.Table.Hash(in tuple), out _);
    }
}
