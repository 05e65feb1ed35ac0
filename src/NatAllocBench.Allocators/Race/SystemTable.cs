using NatAllocBench.Netfilter.Random;
using NatAllocBench.Platform.Clocks;

namespace NatAllocBench.Allocators.Race;

/// <summary>What a raced system is set up with.</summary>
/// <param name="Range">Its ports.</param>
/// <param name="Workers">Threads that connect.</param>
/// <param name="Capacity">Flows that must fit.</param>
/// <param name="Pool">NAT addresses.</param>
/// <param name="Seed">Salts and seeds follow from it.</param>
public sealed record SystemSetup(PortRange Range, int Workers, int Capacity, int Pool, ulong Seed)
{
    /// <summary>The first NAT address: 203.0.113.1.</summary>
    public const uint Address = 0xCB007101;
}

/// <summary>A flow that is connected in two steps, for a caller that has the clock.</summary>
/// <param name="Reply">The REPLY tuple that was chosen.</param>
/// <param name="IsFound">Whether a port was found.</param>
/// <param name="IsHeld">Whether its port is taken already: a system without a window inserts as it chooses.</param>
/// <param name="Probes">Candidates asked for.</param>
public record struct SteppedFlow(FlowTuple<uint> Reply, bool IsFound, bool IsHeld, int Probes);

/// <summary>
/// A system with its table, ready to be raced. One virtual call serves all connections of a round, or of a trial without rounds. When each
/// of them begins is a type parameter as the allocator is, so within a call nothing is virtual; a test reads the compiled code for it.
/// </summary>
public abstract class SystemTable : IDisposable
{
    /// <summary>Ports in use, by a walk of the table.</summary>
    public abstract long Count { get; }

    /// <summary>Whether a mutex may have to be waited for.</summary>
    public virtual bool HasMutex => false;

    /// <summary>Bytes outside of the managed heap.</summary>
    public virtual long NativeBytes => 0;

    /// <summary>Flows by their first packets, by a walk; null where the table is the same.</summary>
    public virtual long? Flows => null;

    /// <summary>Marks a port as in use.</summary>
    /// <param name="reply">The REPLY tuple of the flow that holds it: its destination is the NAT address with the port.</param>
    public abstract void Fill(in FlowTuple<uint> reply);

    /// <summary>Connects flows one after another: looks each up, chooses, and inserts both directions.</summary>
    /// <param name="worker">The calling worker, 0 and up; its calls do not overlap.</param>
    /// <param name="flows">First packets.</param>
    /// <param name="windowTicks">Busy wait between choice and insertion, or after both where they are one step.</param>
    /// <param name="pace">When each of them begins.</param>
    /// <param name="tally">Receives what became of them.</param>
    public abstract void Connect<TPace>(int worker, ReadOnlySpan<FlowTuple<uint>> flows, ulong windowTicks, TPace pace, SystemTally tally)
        where TPace : struct, IPace;

    /// <summary>Connects one flow, and gives its port back at once.</summary>
    /// <returns>The number of candidates asked for; null if the flow was refused.</returns>
    public abstract int? TryOnce(in FlowTuple<uint> flow);

    /// <summary>Whether a flow can be connected in the two steps below.</summary>
    public virtual bool IsSteppable => false;

    /// <summary>The first step of a flow: everything before its window.</summary>
    /// <param name="worker">The worker, 0 and up.</param>
    /// <param name="flow">First packet.</param>
    /// <exception cref="NotSupportedException">The system's steps cannot be taken apart.</exception>
    public virtual SteppedFlow Choose(int worker, in FlowTuple<uint> flow) => throw new NotSupportedException();

    /// <summary>The second step: inserts what is not held yet.</summary>
    /// <param name="flow">A flow whose port was found.</param>
    /// <returns>Whether it has its port; false if another took it in the window.</returns>
    public virtual bool Insert(ref SteppedFlow flow) => throw new NotSupportedException();

    /// <summary>Gives the port of a flow back, if it has one.</summary>
    public virtual void Remove(ref SteppedFlow flow) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(isDisposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees native memory, where there is any.</summary>
    protected virtual void Dispose(bool isDisposing)
    {
    }
}

/// <summary>A system by its allocator, state, lock scope and store: all type parameters, so the loop is compiled for each.</summary>
internal sealed class SystemTable<TAllocator, TRule, TState, TScope, TStore>(
    Func<int, TRule> rules, TState state, TStore store, SystemSetup setup, Func<FlowTuple<uint>, FlowTuple<uint>> identity) : SystemTable
    where TAllocator : struct, IPortAllocator<uint, TRule, TState>
    where TScope : struct, IScope
    where TStore : struct, IPortStore
{
    private readonly TRule[] _rules = [.. Enumerable.Range(0, setup.Workers).Select(rules)];
    private readonly WorkerRandom[] _randoms =
        [.. Enumerable.Range(0, setup.Workers).Select(worker => new WorkerRandom(setup.Seed, worker))];
    private readonly FlowTable _originals = new(setup.Capacity);
    private readonly SystemMutex _mutex = new();
    private TState _state = state;

    public override long Count => store.Count;

    public override bool HasMutex => TScope.Lock == LockPlace.Mutex;

    public override long? Flows => _originals.Count;

    public override void Fill(in FlowTuple<uint> reply) => store.TryStand(identity(reply));

    public override void Connect<TPace>(int worker, ReadOnlySpan<FlowTuple<uint>> flows, ulong windowTicks, TPace pace, SystemTally tally)
    {
        for (int i = 0; i < flows.Length && pace.Begin(i); i++)
        {
            // The look-up that every packet begins with. A first packet finds nothing: no flow of a race comes twice.
            ref readonly FlowTuple<uint> flow = ref flows[i];
            if (_originals.Contains(in flow))
            {
                continue;
            }

            var mutex = new MutexUse(_mutex);
            Fate fate = ConnectOne(worker, in flow, windowTicks, ref mutex, out FlowTuple<uint> reply, out int probes);
            if (fate == Fate.Inserted)
            {
                _originals.TryInsert(in flow);
            }

            tally.Count(fate, isKept: reply.DestinationPort == flow.SourcePort, probes);
            tally.AddWait(mutex.WaitedTicks);
            pace.End(i);
        }
    }

    public override int? TryOnce(in FlowTuple<uint> flow)
    {
        var mutex = new MutexUse(_mutex);
        Fate fate = ConnectOne(0, in flow, windowTicks: 0, ref mutex, out FlowTuple<uint> reply, out int probes);
        if (fate != Fate.Inserted)
        {
            return null;
        }

        store.Remove(in reply);
        return probes;
    }

    public override bool IsSteppable => true;

    public override SteppedFlow Choose(int worker, in FlowTuple<uint> flow)
    {
        if (TScope.Lock == LockPlace.None)
        {
            var view = new LookingView<TStore>(store);
            bool found = TryChoose(worker, in flow, ref view, out FlowTuple<uint> chosen);
            return new SteppedFlow(chosen, found, IsHeld: false, view.Probes);
        }

        var mutex = new MutexUse(_mutex);
        Fate fate = ConnectOne(worker, in flow, windowTicks: 0, ref mutex, out FlowTuple<uint> reply, out int probes);
        return new SteppedFlow(reply, fate != Fate.Refused, IsHeld: fate == Fate.Inserted, probes);
    }

    public override bool Insert(ref SteppedFlow flow)
    {
        flow.IsHeld = flow.IsHeld || (flow.IsFound && store.TryInsert(flow.Reply));
        return flow.IsHeld;
    }

    public override void Remove(ref SteppedFlow flow)
    {
        if (flow.IsHeld)
        {
            store.Remove(flow.Reply);
            flow.IsHeld = false;
        }
    }

    private Fate ConnectOne(
        int worker, in FlowTuple<uint> flow, ulong windowTicks, ref MutexUse mutex, out FlowTuple<uint> reply, out int probes)
    {
        bool found;
        bool isInserted;
        switch (TScope.Lock)
        {
            case LockPlace.Insertion:
                var inserting = new InsertingView<TStore>(store);
                found = isInserted = TryChoose(worker, in flow, ref inserting, out reply);
                probes = inserting.Probes;
                BusyWait.For(windowTicks);
                break;
            case LockPlace.Retry:
                var retrying = new RetryingView<TStore>(store, windowTicks);
                found = isInserted = TryChoose(worker, in flow, ref retrying, out reply);
                probes = retrying.Probes;
                break;
            case LockPlace.Mutex:
                var locked = new LookingView<TStore>(store);
                mutex.Enter();
                found = TryChoose(worker, in flow, ref locked, out reply);
                isInserted = found && store.TryInsert(in reply);
                mutex.Exit();
                probes = locked.Probes;
                BusyWait.For(windowTicks);
                break;
            default:
                var looking = new LookingView<TStore>(store);
                found = TryChoose(worker, in flow, ref looking, out reply);
                probes = looking.Probes;
                if (found)
                {
                    BusyWait.For(windowTicks);
                }

                isInserted = found && store.TryInsert(in reply);
                break;
        }

        return isInserted ? Fate.Inserted : found ? Fate.Lost : Fate.Refused;
    }

    private bool TryChoose<TView>(int worker, in FlowTuple<uint> flow, ref TView view, out FlowTuple<uint> reply)
        where TView : struct, ITableView<uint> =>
        TAllocator.TryChoose(in flow, in _rules[worker], ref _state, ref view, ref _randoms[worker].Draws, out reply);

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
