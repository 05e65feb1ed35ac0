using NatAllocBench.Platform.Meeting;
using NatAllocBench.Platform.Memory;
using NatAllocBench.Racing.Machine;
using NatAllocBench.Racing.Race;

namespace NatAllocBench.Allocators.Race;

/// <summary>What the workers of one trial share.</summary>
/// <param name="table">The system's table.</param>
/// <param name="workload">What is raced.</param>
/// <param name="flows">The first packets of each worker, in order.</param>
/// <param name="seed">Offsets and delays follow from it.</param>
internal sealed class SystemCourse(SystemTable table, SystemWorkload workload, FlowTuple<uint>[][] flows, ulong seed)
{
    // Volatile: set once by the first worker that ends; the others only need to see it some time soon.
    private readonly int[] _someoneEnded = new int[2 * CacheLine.Size / sizeof(int)];

    public SystemTable Table => table;

    public SystemWorkload Workload => workload;

    public ulong Seed => seed;

    public int Workers => flows.Length;

    public StartGate Gate { get; } = new(flows.Length);

    public SpinBarrier Barrier { get; } = new(flows.Length);

    public RoundBook Rounds { get; } = new(flows.Length);

    public LineRally Rally { get; } = new();

    /// <summary>Whether a worker has brought its last connection: what the others do from here on meets no competition.</summary>
    public bool SomeoneEnded
    {
        get => Volatile.Read(ref _someoneEnded[CacheLine.Size / sizeof(int)]) != 0;
        set => Volatile.Write(ref _someoneEnded[CacheLine.Size / sizeof(int)], value ? 1 : 0);
    }

    /// <summary>The first packets of a worker.</summary>
    public FlowTuple<uint>[] FlowsOf(int worker) => flows[worker];

    /// <summary>Connections of a worker in each round; 0 where there are no rounds.</summary>
    public int RoundOf(int worker) => workload.PerRound(Workers) is { } all ? Share(all, worker, Workers) : 0;

    /// <summary>Rounds; 0 where there are none.</summary>
    public int RoundCount => workload.PerRound(Workers) is { } all ? (workload.Connections + all - 1) / all : 0;

    /// <summary>A worker's part of a number.</summary>
    public static int Share(int total, int worker, int workers) => (total / workers) + (worker < total % workers ? 1 : 0);
}
