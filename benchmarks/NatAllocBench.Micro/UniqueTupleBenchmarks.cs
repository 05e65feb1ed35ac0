using BenchmarkDotNet.Attributes;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Micro;

/// <summary>
/// The allocator (<c>get_unique_tuple</c>) for a flow whose own port is taken, over eras, modes and occupancies, on kernel-locks. Up to
/// 4.20 the mode random has one constant start: on a nearly full range its search is as long as the range.
/// </summary>
[BenchmarkCategory("allocate")]
public class UniqueTupleBenchmarks
{
    private IAllocator _allocator = null!;

    /// <summary>The era.</summary>
    [Params("4.14", "5.15", "6.12")]
    public string Era { get; set; } = "6.12";

    /// <summary>The mode.</summary>
    [Params("default", "random", "random-fully")]
    public string Mode { get; set; } = "default";

    /// <summary>Share of ports taken.</summary>
    [Params(0.0, 0.5, 0.9, 0.99)]
    public double Occupancy { get; set; }

    private interface IAllocator : IDisposable
    {
        ulong Probes { get; }

        PortChoice Choose();
    }

    /// <summary>Fills the table.</summary>
    [GlobalSetup]
    public void SetUp() =>
        _allocator = EraCatalog.Get(Era).Accept<Maker, IAllocator>(new Maker(RaceMode.Get(Mode).Flags, Occupancy));

    /// <summary>Frees the table, and leaves the number of probes for the host.</summary>
    [GlobalCleanup]
    public void CleanUp()
    {
        const int Sample = 2000;
        ulong before = _allocator.Probes;
        for (int i = 0; i < Sample; i++)
        {
            _allocator.Choose();
        }

        ProbesFile.Write((double)(_allocator.Probes - before) / Sample);
        _allocator.Dispose();
    }

    /// <summary>Chooses a mapping and leaves the entry as it was.</summary>
    [Benchmark]
    public PortChoice UniqueTuple() => _allocator.Choose();

    private readonly struct Maker(NatFlags flags, double occupancy) : IEraVisitor<IAllocator>
    {
        public IAllocator Visit<TEra>(Era era)
            where TEra : struct, IEra => new Allocator<TEra>(era, flags, occupancy);
    }

    private sealed class Allocator<TEra> : IAllocator
        where TEra : struct, IEra
    {
        private readonly MicroTable<TEra, KernelLocks> _micro;
        private readonly NatRange<IPv4Address> _rule;
        private PendingEntry<IPv4Address> _entry;

        public Allocator(Era era, NatFlags flags, double occupancy)
        {
            _micro = new MicroTable<TEra, KernelLocks>(era);
            _rule = MicroTable.Rule(flags);
            _micro.Occupy(occupancy);
            _entry = _micro.Create(1);
        }

        public ulong Probes => _micro.Cpu.Probes;

        public PortChoice Choose() =>
            NatSetup.Choose(_micro.Table, ref _micro.Cpu, ref _micro.Random, ref _entry, in _rule, ManipType.Source, out _);

        public void Dispose() => _micro.Dispose();
    }
}
