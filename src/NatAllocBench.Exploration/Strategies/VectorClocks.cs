using NatAllocBench.Exploration.Engine;

namespace NatAllocBench.Exploration.Strategies;

/// <summary>
/// What happens before what in the execution at hand: the clock of each process, and for each location the clocks of its accesses.
/// A load comes after the stores to its location, every other access after all accesses to it; a store that leaves a buffer comes after the
/// step in which it was issued, and an access that waits for its buffer after the last store that left it.
/// </summary>
internal sealed class VectorClocks
{
    private const int Width = Limits.MaxProcesses;
    private readonly int[] _processes = new int[Width * Width];
    private readonly List<Location> _locations = [];
    private readonly List<int[]>[] _history = new List<int[]>[Limits.MaxThreads];
    private int _threads;
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
                Join(clock, _history[process - _threads][access.IssuedAt - 1]);
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
        clock.CopyTo(Of(process));
        if (process < _threads)
        {
            _history[process].Add(clock.ToArray());
        }

        return count;
    }

    private void Meet(int location, in Access access, int step, Span<int> clock)
    {
        if (location != Access.Nowhere)
        {
            Location at = At(location);
            Join(clock, access.IsRead ? at.Stores : at.All);
            at.Steps.Add(step);
        }
    }

    private void Leave(int location, in Access access, Span<int> clock)
    {
        if (location != Access.Nowhere)
        {
            Location at = At(location);
            Join(at.All, clock);
            if (!access.IsRead)
            {
                Join(at.Stores, clock);
            }
        }
    }

    private Span<int> Of(int process) => _processes.AsSpan(process * Width, Width);

    public static void Join(Span<int> clock, ReadOnlySpan<int> other)
    {
        for (int i = 0; i < Width; i++)
        {
            clock[i] = Math.Max(clock[i], other[i]);
        }
    }

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
            Array.Clear(location.All);
            Array.Clear(location.Stores);
        }

        return location;
    }

    private sealed class Location
    {
        public int Execution { get; set; }

        public List<int> Steps { get; } = [];

        public int[] Stores { get; } = new int[Width];

        public int[] All { get; } = new int[Width];
    }
}
