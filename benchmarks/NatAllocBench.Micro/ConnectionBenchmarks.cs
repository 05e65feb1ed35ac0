using BenchmarkDotNet.Attributes;
using NatAllocBench.Contenders;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Racing.Throughput;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Micro;

/// <summary>Whole connections on one thread, of every design and contender: what the command <c>throughput</c> measures on many.</summary>
[BenchmarkCategory("connection")]
public class ConnectionBenchmarks
{
    private const int Connections = 20_000;
    private ThroughputWorkload _workload = null!;
    private IConnectionTable _table = null!;

    /// <summary>Names of the designs.</summary>
    public static IEnumerable<string> Designs => TableDesign.OfTheModel.Concat(ContenderCatalog.All).Select(design => design.Name);

    /// <summary>The design.</summary>
    [ParamsSource(nameof(Designs))]
    public string Design { get; set; } = "kernel-locks";

    /// <summary>The era.</summary>
    [Params("4.14", "6.12")]
    public string Era { get; set; } = "6.12";

    /// <summary>Makes the table.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _workload = new ThroughputWorkload { Era = EraCatalog.Get(Era), Mode = RaceMode.Default, Connections = Connections };
        _table = TableDesign.OfTheModel.Concat(ContenderCatalog.All).First(design => design.Name == Design).Create(_workload, 1);
    }

    /// <summary>Fills the table with whole connections.</summary>
    [Benchmark(OperationsPerInvoke = Connections)]
    public int Connect() => _table.Connect(0, 0, Connections);

    /// <summary>Empties the table.</summary>
    [IterationCleanup]
    public void Empty() => _table.Delete(0, 0, Connections);

    /// <summary>Frees the table, and leaves the number of probes for the host.</summary>
    [GlobalCleanup]
    public void CleanUp()
    {
        long before = _table.Work.Probes;
        _table.Connect(0, 0, Connections);
        ProbesFile.Write((double)(_table.Work.Probes - before) / Connections);
        _table.Dispose();
    }
}
