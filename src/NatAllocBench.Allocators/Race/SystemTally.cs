using NatAllocBench.Racing.Counts;

namespace NatAllocBench.Allocators.Race;

/// <summary>Counts of one worker; an object of its own, so that workers share no cache line.</summary>
public sealed class SystemTally
{
    /// <summary>Flows in the table.</summary>
    public long Inserted { get; private set; }

    /// <summary>Flows that the allocator found no port for.</summary>
    public long Refused { get; private set; }

    /// <summary>Flows whose own port, free when it was asked for, was taken by another in the window.</summary>
    public long LostKept { get; private set; }

    /// <summary>Flows whose port was found by a search and taken by another in the window.</summary>
    public long LostSearched { get; private set; }

    /// <summary>Candidates asked for.</summary>
    public long Probes { get; private set; }

    /// <summary>Ticks that a mutex was waited for.</summary>
    public ulong WaitedTicks { get; private set; }

    /// <summary>All flows.</summary>
    public long Attempts => Inserted + Refused + LostKept + LostSearched;

    internal void Count(Fate fate, bool isKept, int probes)
    {
        Probes += probes;
        Inserted += fate == Fate.Inserted ? 1 : 0;
        Refused += fate == Fate.Refused ? 1 : 0;
        LostKept += fate == Fate.Lost && isKept ? 1 : 0;
        LostSearched += fate == Fate.Lost && !isKept ? 1 : 0;
    }

    internal void AddWait(ulong ticks) => WaitedTicks += ticks;

    internal void Add(SystemTally other)
    {
        WaitedTicks += other.WaitedTicks;
        Inserted += other.Inserted;
        Refused += other.Refused;
        LostKept += other.LostKept;
        LostSearched += other.LostSearched;
        Probes += other.Probes;
    }

    internal void Clear()
    {
        WaitedTicks = 0;
        Inserted = Refused = LostKept = LostSearched = Probes = 0;
    }

    /// <summary>The same in the terms of the race: a refusal is a search that was exhausted.</summary>
    internal WorkerTally ToWorkerTally(ulong startTick, ulong endTick) => new()
    {
        Attempts = Attempts,
        Confirmed = Inserted,
        FailedKeepPort = LostKept,
        FailedSearch = LostSearched,
        FailedExhausted = Refused,
        StartTick = startTick,
        EndTick = endTick,
    };
}
