using System.Numerics;
using System.Runtime.InteropServices;
using NatAllocBench.Exploration.Engine;

namespace NatAllocBench.Exploration.Strategies;

/// <summary>
/// What happens before what in the execution at hand: the clock of each process, and for each location the clocks of its accesses.
/// An access comes after those to its location with which it cannot be exchanged; a store that leaves a buffer comes after the
/// step in which it was issued, and an access that waits for its buffer after the last store that left it. A load of a thread has no order
/// with a store of its own that leaves the buffer.
/// </summary>
internal sealed class VectorClocks
{
    private readonly int[] _processes = new int[Limits.MaxProcesses * Limits.MaxProcesses];
    private readonly List<Location> _locations = [];
    private readonly List<int>[] _history = new List<int>[Limits.MaxThreads];
    private int _threads;
    private int _width;
    private int _execution;

    public VectorClocks()
    {
        for (int i = 0; i < _history.Length; i++)
        {
            _history[i] = [];
        }
    }

    public void Begin(int threads)
    {
        _threads = threads;
        _width = 2 * threads;
        _execution++;
        Array.Clear(_processes);
        Array.ForEach(_history, history => history.Clear());
    }

    /// <summary>The steps of this execution that touched a location, oldest first.</summary>
    public List<int> StepsAt(int location) => At(location).Steps;

    /// <summary>Writes the clock that a pending access has before anything happens at its location.</summary>
    public void Pending(int process, in Access access, Span<int> clock)
    {
        Of(process).CopyTo(clock);
        if (process >= _threads)
        {
            if (access.IssuedAt > 0)
            {
                Join(clock, CollectionsMarshal.AsSpan(_history[process - _threads]).Slice((access.IssuedAt - 1) * _width, _width));
            }
        }
        else if (access.Kind == StepKind.ProcessFenceEnd)
        {
            for (int thread = 0; thread < _threads; thread++)
            {
                Join(clock, Of(_threads + thread));
            }
        }
        else if (access.Drains)
        {
            Join(clock, Of(_threads + process));
        }
    }

    /// <summary>
    /// Writes the clock that an access has which comes later, after steps that this execution has not made: what is surely before it.
    /// </summary>
    /// <param name="later">The access.</param>
    /// <param name="numbers">Locations of its bits.</param>
    /// <param name="clock">The clock.</param>
    public void Later(in LaterAccess later, AccessNumbers numbers, Span<int> clock)
    {
        clock.Clear();
        for (uint left = later.Processes; left != 0; left &= left - 1)
        {
            Join(clock, Of(BitOperations.TrailingZeroCount(left)));
        }

        for (ulong left = later.Reads | later.Writes; left != 0; left &= left - 1)
        {
            int bit = BitOperations.TrailingZeroCount(left);
            Location at = At(numbers.LocationOf(bit));
            bool isWritten = (later.Writes >> bit & 1) != 0;
            Join(clock, at.Counts);
            for (int thread = 0; thread < _threads; thread++)
            {
                if (isWritten || (later.Readers >> thread & 1) == 0)
                {
                    Join(clock, at.WritesOf(thread));
                }

                if (isWritten && (later.Writers >> thread & 1) == 0)
                {
                    Join(clock, at.ReadsOf(thread));
                }
            }
        }
    }

    /// <summary>A process makes its pending access as a step of the execution.</summary>
    /// <param name="process">The process.</param>
    /// <param name="access">The access.</param>
    /// <param name="step">Number of the step.</param>
    /// <param name="clock">Where the clock of the step is written.</param>
    /// <returns>How many steps the process has made.</returns>
    public int Advance(int process, in Access access, int step, Span<int> clock)
    {
        Pending(process, in access, clock);
        Meet(access.Location, in access, step, clock);
        if (access.Second != Access.Nowhere)
        {
            Meet(access.Second, in access, step, clock);
        }

        int count = ++clock[process];
        Leave(access.Location, in access, clock);
        Leave(access.Second, in access, clock);
        clock[.._width].CopyTo(Of(process));
        if (process < _threads)
        {
            _history[process].AddRange(clock[.._width]);
        }

        return count;
    }

    /// <summary>Whether a clock has reached one of some counts of steps.</summary>
    public bool HasReached(ReadOnlySpan<int> clock, ReadOnlySpan<int> counts)
    {
        for (int i = 0; i < _width; i++)
        {
            if (clock[i] >= counts[i])
            {
                return true;
            }
        }

        return false;
    }

    public void Join(Span<int> clock, ReadOnlySpan<int> other)
    {
        for (int i = 0; i < _width; i++)
        {
            clock[i] = Math.Max(clock[i], other[i]);
        }
    }

    private void Meet(int location, in Access access, int step, Span<int> clock)
    {
        if (location == Access.Nowhere)
        {
            return;
        }

        Location at = At(location);
        at.Steps.Add(step);
        for (int thread = 0; thread < _threads; thread++)
        {
            if (!access.IsRead)
            {
                Join(clock, at.WritesOf(thread));
            }

            if (thread != access.Thread)
            {
                Join(clock, access.IsRead ? at.WritesOf(thread) : at.ReadsOf(thread));
            }
        }

        if (access.Kind != StepKind.Count)
        {
            Join(clock, at.Counts);
        }
    }

    private void Leave(int location, in Access access, Span<int> clock)
    {
        if (location != Access.Nowhere)
        {
            Location at = At(location);
            Join(
                access.IsRead ? at.ReadsOf(access.Thread) : access.Kind == StepKind.Count ? at.Counts : at.WritesOf(access.Thread),
                clock);
        }
    }

    private Span<int> Of(int process) => _processes.AsSpan(process * Limits.MaxProcesses, _width);

    private Location At(int number)
    {
        while (_locations.Count <= number)
        {
            _locations.Add(new Location());
        }

        Location location = _locations[number];
        if (location.Execution != _execution)
        {
            location.Execution = _execution;
            location.Steps.Clear();
            location.Clear(_threads);
        }

        return location;
    }

    /// <summary>The clocks of the accesses to a location, by kind and thread: loads can be exchanged, and additions.</summary>
    private sealed class Location
    {
        private readonly int[] _reads = new int[Limits.MaxThreads * Limits.MaxProcesses];
        private readonly int[] _writes = new int[Limits.MaxThreads * Limits.MaxProcesses];

        public int Execution { get; set; }

        public List<int> Steps { get; } = [];

        public int[] Counts { get; } = new int[Limits.MaxProcesses];

        public Span<int> ReadsOf(int thread) => _reads.AsSpan(thread * Limits.MaxProcesses, Limits.MaxProcesses);

        public Span<int> WritesOf(int thread) => _writes.AsSpan(thread * Limits.MaxProcesses, Limits.MaxProcesses);

        public void Clear(int threads)
        {
            Array.Clear(_reads, 0, threads * Limits.MaxProcesses);
            Array.Clear(_writes, 0, threads * Limits.MaxProcesses);
            Array.Clear(Counts);
        }
    }
}
