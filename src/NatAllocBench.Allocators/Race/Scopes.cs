using NatAllocBench.Platform.Clocks;

namespace NatAllocBench.Allocators.Race;

/// <summary>What became of one connection.</summary>
internal enum Fate
{
    Inserted,
    Refused,
    Lost,
}

/// <summary>Where the lock of a system lies around choosing and inserting; a type parameter.</summary>
internal interface IScope
{
    static abstract Fate Connect<TAllocator, TRule, TState, TStore, TRandom>(
        in FlowTuple<uint> original,
        in TRule rule,
        ref TState state,
        TStore store,
        ref MutexUse mutex,
        ref TRandom random,
        ulong windowTicks,
        out FlowTuple<uint> reply,
        out int probes)
        where TAllocator : struct, IPortAllocator<uint, TRule, TState>
        where TStore : struct, IPortStore
        where TRandom : struct, IRandom32;
}

/// <summary>Look, wait out the window, insert: another may have come in between.</summary>
internal readonly struct WindowScope : IScope
{
    public static Fate Connect<TAllocator, TRule, TState, TStore, TRandom>(
        in FlowTuple<uint> original,
        in TRule rule,
        ref TState state,
        TStore store,
        ref MutexUse mutex,
        ref TRandom random,
        ulong windowTicks,
        out FlowTuple<uint> reply,
        out int probes)
        where TAllocator : struct, IPortAllocator<uint, TRule, TState>
        where TStore : struct, IPortStore
        where TRandom : struct, IRandom32
    {
        var view = new LookingView<TStore>(store);
        bool found = TAllocator.TryChoose(in original, in rule, ref state, ref view, ref random, out reply);
        probes = view.Probes;
        if (!found)
        {
            return Fate.Refused;
        }

        BusyWait.For(windowTicks);
        return store.TryInsert(in reply) ? Fate.Inserted : Fate.Lost;
    }
}

/// <summary>Look and insert under one mutex; what Linux does in the window comes after it.</summary>
internal readonly struct MutexScope : IScope
{
    public static Fate Connect<TAllocator, TRule, TState, TStore, TRandom>(
        in FlowTuple<uint> original,
        in TRule rule,
        ref TState state,
        TStore store,
        ref MutexUse mutex,
        ref TRandom random,
        ulong windowTicks,
        out FlowTuple<uint> reply,
        out int probes)
        where TAllocator : struct, IPortAllocator<uint, TRule, TState>
        where TStore : struct, IPortStore
        where TRandom : struct, IRandom32
    {
        var view = new LookingView<TStore>(store);
        bool isInserted;
        bool found;
        mutex.Enter();
        found = TAllocator.TryChoose(in original, in rule, ref state, ref view, ref random, out reply);
        isInserted = found && store.TryInsert(in reply);
        mutex.Exit();

        probes = view.Probes;
        BusyWait.For(windowTicks);
        return isInserted ? Fate.Inserted : found ? Fate.Lost : Fate.Refused;
    }
}

/// <summary>Inserting is the test: sharded tables, insert-if-absent, bitmaps, and reserving on choice.</summary>
internal readonly struct ReservingScope : IScope
{
    public static Fate Connect<TAllocator, TRule, TState, TStore, TRandom>(
        in FlowTuple<uint> original,
        in TRule rule,
        ref TState state,
        TStore store,
        ref MutexUse mutex,
        ref TRandom random,
        ulong windowTicks,
        out FlowTuple<uint> reply,
        out int probes)
        where TAllocator : struct, IPortAllocator<uint, TRule, TState>
        where TStore : struct, IPortStore
        where TRandom : struct, IRandom32
    {
        var view = new InsertingView<TStore>(store);
        bool found = TAllocator.TryChoose(in original, in rule, ref state, ref view, ref random, out reply);
        probes = view.Probes;
        BusyWait.For(windowTicks);
        return found ? Fate.Inserted : Fate.Refused;
    }
}

/// <summary>Look, wait out the window, insert; who comes too late goes on with the next candidate of the same search.</summary>
internal readonly struct RetryingScope : IScope
{
    public static Fate Connect<TAllocator, TRule, TState, TStore, TRandom>(
        in FlowTuple<uint> original,
        in TRule rule,
        ref TState state,
        TStore store,
        ref MutexUse mutex,
        ref TRandom random,
        ulong windowTicks,
        out FlowTuple<uint> reply,
        out int probes)
        where TAllocator : struct, IPortAllocator<uint, TRule, TState>
        where TStore : struct, IPortStore
        where TRandom : struct, IRandom32
    {
        var view = new RetryingView<TStore>(store, windowTicks);
        bool found = TAllocator.TryChoose(in original, in rule, ref state, ref view, ref random, out reply);
        probes = view.Probes;
        return found ? Fate.Inserted : Fate.Refused;
    }
}
