using NatAllocBench.Platform.Clocks;

namespace NatAllocBench.Allocators.Race;

/// <summary>The ports in use of a raced system; a type parameter, so that no call is virtual. Safe for several threads.</summary>
internal interface IPortStore
{
    /// <summary>Ports in use, by a walk.</summary>
    long Count { get; }

    bool Contains(in FlowTuple<uint> reply);

    /// <summary>Inserts if absent, in one atomic step.</summary>
    bool TryInsert(in FlowTuple<uint> reply);

    /// <summary>Inserts a port that stands before the race begins.</summary>
    bool TryStand(in FlowTuple<uint> reply);

    void Remove(in FlowTuple<uint> reply);
}

/// <summary>Asks by looking: the answer may be stale when the port is inserted.</summary>
internal struct LookingView<TStore>(TStore store) : ITableView<uint>
    where TStore : struct, IPortStore
{
    public int Probes { get; private set; }

    public bool TryTake(in FlowTuple<uint> reply)
    {
        Probes++;
        return !store.Contains(in reply);
    }
}

/// <summary>Asks by inserting: the answer is the reservation.</summary>
internal struct InsertingView<TStore>(TStore store) : ITableView<uint>
    where TStore : struct, IPortStore
{
    public int Probes { get; private set; }

    public bool TryTake(in FlowTuple<uint> reply)
    {
        Probes++;
        return store.TryInsert(in reply);
    }
}

/// <summary>Asks by looking, waits out the window, and inserts: the answer is the reservation, but it may come too late.</summary>
internal struct RetryingView<TStore>(TStore store, ulong windowTicks) : ITableView<uint>
    where TStore : struct, IPortStore
{
    public int Probes { get; private set; }

    public bool TryTake(in FlowTuple<uint> reply)
    {
        Probes++;
        if (store.Contains(in reply))
        {
            return false;
        }

        BusyWait.For(windowTicks);
        return store.TryInsert(in reply);
    }
}
