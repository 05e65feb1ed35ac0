using NatAllocBench.Netfilter.Random;

namespace NatAllocBench.Allocators.Race;

/// <summary>What a raced system is set up with.</summary>
/// <param name="FirstPort">First port of the range.</param>
/// <param name="LastPort">Last port of the range.</param>
/// <param name="Workers">Threads that connect.</param>
/// <param name="Capacity">Flows that must fit.</param>
/// <param name="Seed">Salts and seeds follow from it.</param>
public sealed record SystemSetup(ushort FirstPort, ushort LastPort, int Workers, int Capacity, ulong Seed)
{
    /// <summary>The NAT address: 203.0.113.1.</summary>
    public const uint Address = 0xCB007101;
}

/// <summary>Counts of one worker; an object of its own, so that workers share no cache line.</summary>
public sealed class SystemTally
{
    /// <summary>Flows in the table.</summary>
    public long Inserted { get; internal set; }

    /// <summary>Flows that the allocator found no port for.</summary>
    public long Refused { get; internal set; }

    /// <summary>Flows whose port was taken by another in the window.</summary>
    public long Lost { get; internal set; }

    /// <summary>Candidates asked for.</summary>
    public long Probes { get; internal set; }

    /// <summary>All flows.</summary>
    public long Attempts => Inserted + Refused + Lost;
}

/// <summary>A system with its table, ready to be raced. One virtual call serves a whole round of connections.</summary>
public abstract class SystemTable
{
    /// <summary>Ports in use, by a walk of the table.</summary>
    public abstract long Count { get; }

    /// <summary>Marks a port as in use towards a destination.</summary>
    public abstract void Fill(byte protocol, uint destination, ushort destinationPort, ushort port);

    /// <summary>Connects flows one after another.</summary>
    /// <param name="worker">The calling worker, 0 and up; its calls do not overlap.</param>
    /// <param name="flows">First packets.</param>
    /// <param name="windowTicks">Busy wait between choice and insertion, or after both where they are one step.</param>
    /// <param name="tally">Receives what became of them.</param>
    public abstract void Connect(int worker, ReadOnlySpan<FlowTuple<uint>> flows, ulong windowTicks, SystemTally tally);

    /// <summary>Connects one flow, and gives its port back at once.</summary>
    /// <returns>The number of candidates asked for; null if the flow was refused.</returns>
    public abstract int? TryOnce(in FlowTuple<uint> flow);
}

/// <summary>A system by its allocator, state, lock scope and store: all type parameters, so the loop is compiled for each.</summary>
internal sealed class SystemTable<TAllocator, TRule, TState, TScope, TStore>(
    Func<int, TRule> rules, TState state, TStore store, SystemSetup setup, Func<byte, uint, ushort, ushort, FlowTuple<uint>> standing) : SystemTable
    where TAllocator : struct, IPortAllocator<uint, TRule, TState>
    where TScope : struct, IScope
    where TStore : struct, IPortStore
{
    private readonly TRule[] _rules = [.. Enumerable.Range(0, setup.Workers).Select(rules)];
    private readonly WorkerRandom[] _randoms = [.. Enumerable.Range(0, setup.Workers).Select(worker => new WorkerRandom(setup.Seed, worker))];
    private readonly Lock _mutex = new();
    private TState _state = state;

    public override long Count => store.Count;

    public override void Fill(byte protocol, uint destination, ushort destinationPort, ushort port)
    {
        FlowTuple<uint> reply = standing(protocol, destination, destinationPort, port);
        store.TryStand(in reply);
    }

    public override void Connect(int worker, ReadOnlySpan<FlowTuple<uint>> flows, ulong windowTicks, SystemTally tally)
    {
        WorkerRandom random = _randoms[worker];
        foreach (ref readonly FlowTuple<uint> flow in flows)
        {
            Fate fate = TScope.Connect<TAllocator, TRule, TState, TStore, CpuDraws>(
                in flow, in _rules[worker], ref _state, store, _mutex, ref random.Draws, windowTicks, out _, out int probes);
            tally.Probes += probes;
            tally.Inserted += fate == Fate.Inserted ? 1 : 0;
            tally.Refused += fate == Fate.Refused ? 1 : 0;
            tally.Lost += fate == Fate.Lost ? 1 : 0;
        }
    }

    public override int? TryOnce(in FlowTuple<uint> flow)
    {
        Fate fate = TScope.Connect<TAllocator, TRule, TState, TStore, CpuDraws>(
            in flow, in _rules[0], ref _state, store, _mutex, ref _randoms[0].Draws, 0, out FlowTuple<uint> reply, out int probes);
        if (fate != Fate.Inserted)
        {
            return null;
        }

        store.Remove(in reply);
        return probes;
    }

    /// <summary>The random source of a worker, in an object of its own.</summary>
    private sealed class WorkerRandom(ulong seed, int worker)
    {
        private CpuDraws _draws = new(seed + (ulong)worker);

        public ref CpuDraws Draws => ref _draws;
    }
}

/// <summary>32-bit draws of a worker's own generator.</summary>
internal struct CpuDraws(ulong seed) : IRandom32
{
    private CpuRandom _random = new(seed);

    public uint Next() => (uint)(_random.Next64() >> 32);
}
