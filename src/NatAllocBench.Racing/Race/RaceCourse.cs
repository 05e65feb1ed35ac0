using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Meeting;
using NatAllocBench.Platform.Memory;
using NatAllocBench.Racing.Clients;
using NatAllocBench.Racing.Machine;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Racing.Race;

/// <summary>What the workers of one trial share.</summary>
internal sealed unsafe class RaceCourse<TEra, TDesign>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    /// <summary>Rounds of retransmission that are raced after the first SYNs: those at 1, 3 and 7 s of most clients.</summary>
    public const int Retransmissions = 3;

    /// <summary>Distance of two workers' places in <see cref="Losers"/>: a padded line.</summary>
    public const int LoserStride = CacheLine.Size / sizeof(int);

    private readonly ulong[][] _claimed;

    public RaceCourse(
        RaceWorkload workload, ConntrackTable<IPv4Address, TEra, TDesign> table, NativeRegion stamps, int workers, ulong seed)
    {
        Workload = workload;
        Table = table;
        AllocatedAt = (ulong*)stamps.Pointer;
        Seed = seed;
        Workers = workers;
        Ports = new EphemeralPorts(workload.Era.Version, LocalPortRange.Default(workload.Era.Version), seed);
        bool threaded = workload is { Threads: > 1, SourcePorts: SourcePortChoice.Kernel };
        _claimed = new ulong[threaded ? workload.Clients * workload.Destinations : 0][];
        for (int i = 0; i < _claimed.Length; i++)
        {
            _claimed[i] = new ulong[65536 / 64];
        }

        Losers = new int[workers * LoserStride];
        Rounds = new RoundBook(workers);
        Rally = new LineRally();
        Gate = new StartGate(workers);
        Barrier = new SpinBarrier(workers);
    }

    public RaceWorkload Workload { get; }

    public ConntrackTable<IPv4Address, TEra, TDesign> Table { get; }

    /// <summary>By slot, the tick after the last probe of the connection that lives there.</summary>
    public ulong* AllocatedAt { get; }

    /// <summary>
    /// The stamp of the connection that won the clash which a CPU has just lost; 0 if it has none, or if its slot has a new owner by now.
    /// </summary>
    public ulong WinnerAllocatedAt(in CpuState cpu)
    {
        if (cpu.LastClashWith == Slot.None)
        {
            return 0;
        }

        // Plain read: confirm met the winner in a chain under its lock, hence sees what was stored before the winner was linked.
        // Whether it is the winner's and not the next owner's, the generation says, which is read after it.
        ulong stamp = AllocatedAt[cpu.LastClashWith.Number];
        return Table.WinnerHasItsSlot(in cpu) ? stamp : 0;
    }

    /// <summary>Which rounds count.</summary>
    public RoundBook Rounds { get; }

    /// <summary>Measures how far apart the first two workers' CPUs are.</summary>
    public LineRally Rally { get; }

    // Volatile: set once by the first worker that ends; the others only need to see it some time soon.
    private readonly int[] _someoneEnded = new int[2 * LoserStride];

    /// <summary>Whether a worker has brought its last connection: what the others do from here on meets no competition.</summary>
    public bool SomeoneEnded
    {
        get => Volatile.Read(ref _someoneEnded[LoserStride]) != 0;
        set => Volatile.Write(ref _someoneEnded[LoserStride], value ? 1 : 0);
    }

    /// <summary>How many losers each worker has, every <see cref="LoserStride"/> elements.</summary>
    public int[] Losers { get; }

    public ulong Seed { get; }

    public int Workers { get; }

    /// <summary>The host's port choice, shared by all clients as in the kernel.</summary>
    public EphemeralPorts Ports { get; }

    /// <summary>
    /// One bit a port that threads of one client have claimed towards one destination, or null where a client has one thread only.
    /// </summary>
    public ulong[]? ClaimedPorts(int client, int destination) =>
        _claimed.Length == 0 ? null : _claimed[(client * Workload.Destinations) + destination];

    public StartGate Gate { get; }

    public SpinBarrier Barrier { get; }
}
