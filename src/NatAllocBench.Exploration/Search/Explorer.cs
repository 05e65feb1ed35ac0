using System.Diagnostics;
using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Strategies;

namespace NatAllocBench.Exploration.Search;

/// <summary>When a search ends although it is not complete.</summary>
/// <param name="Executions">Executions at most.</param>
/// <param name="Time">Time at most.</param>
/// <param name="Stop">Ends it from outside.</param>
/// <param name="StopsAtViolation">Whether the first violation ends it.</param>
internal readonly record struct SearchLimits(long Executions, TimeSpan Time, CancellationToken Stop, bool StopsAtViolation = false)
{
    public static SearchLimits None => new(long.MaxValue, TimeSpan.MaxValue, CancellationToken.None);
}

/// <summary>Searches the executions of one program.</summary>
internal sealed class Explorer : IDisposable
{
    private readonly IProgram _program;
    private readonly MemoryModel _model;
    private readonly Lane _lane = new();
    private readonly Execution _execution;

    public Explorer(IProgram program, MemoryModel model)
        : this(program, model, new LocationMap())
    {
    }

    /// <summary>For a search that goes on: its locations are known.</summary>
    /// <param name="program">The program.</param>
    /// <param name="model">The memory model.</param>
    /// <param name="locations">The memory of the program.</param>
    public Explorer(IProgram program, MemoryModel model, LocationMap locations)
    {
        _program = program;
        _model = model;
        Locations = locations;
        _execution = new Execution(program, Locations, model, _lane);
    }

    /// <summary>The memory of the program.</summary>
    public LocationMap Locations { get; }

    /// <summary>Runs a strategy from its beginning to its end or to a limit.</summary>
    /// <param name="create">Makes the strategy.</param>
    /// <param name="limits">When to stop.</param>
    public SearchResult Search(Func<IStrategy> create, SearchLimits limits)
    {
        var state = new SearchState(create) { Locations = Locations };
        Continue(state, limits);
        return state.Result;
    }

    /// <summary>
    /// Goes on with a search to its end or to a limit. A location that turns out to be shared makes it begin again: what was run until then
    /// took the location's accesses for private.
    /// </summary>
    /// <param name="state">The search, with this explorer's locations.</param>
    /// <param name="limits">When to stop; the time counts from now.</param>
    public void Continue(SearchState state, SearchLimits limits)
    {
        _lane.Enter();
        try
        {
            ContinueHere(state, limits);
        }
        finally
        {
            Lane.Leave();
        }
    }

    /// <summary>One execution after a schedule.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="isExact">Whether the program could follow it in every step.</param>
    /// <param name="records">Whether every access is kept, with its line of the source.</param>
    public ExecutionResult Replay(Schedule schedule, out bool isExact, bool records = true)
    {
        var replay = new Replay(schedule);
        ExecutionResult result = _execution.Run(replay, records);
        isExact = replay.IsExact;
        return result;
    }

    public void Dispose()
    {
        _execution.Dispose();
        _lane.Dispose();
    }

    private void ContinueHere(SearchState state, SearchLimits limits)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan before = state.Result.Elapsed;
        int[] accesses = state.Result.Accesses is { Length: > 0 } known ? known : RunInTurn();
        do
        {
            if (state.Strategy is null || Locations.HasGrown)
            {
                state.Begin();
            }

            Run(state.Strategy!, state.Result, limits, start);
        }
        while (Locations.HasGrown && !IsOver(state.Result, limits, start));
        state.Strategy = state.Result.IsComplete ? null : state.Strategy; // the states that it knows take memory
        state.Result.Accesses = accesses;
        state.Result.Elapsed = before + Stopwatch.GetElapsedTime(start);
        state.Result.SharedLocations = Locations.SharedCount;
    }

    private void Run(IStrategy strategy, SearchResult result, SearchLimits limits, long start)
    {
        while (!IsOver(result, limits, start))
        {
            if (!strategy.MoveNext())
            {
                result.IsComplete = true;
                break;
            }

            result.Count(_execution.Run(strategy), _model, _program.Threads);
            if (Locations.HasGrown || (limits.StopsAtViolation && result.HasViolation))
            {
                break;
            }
        }
    }

    /// <summary>All threads one after the other: counts their accesses.</summary>
    private int[] RunInTurn()
    {
        ExecutionResult execution = _execution.Run(new Replay(new Schedule(_model, _program.Threads, [])));
        var accesses = new int[_program.Threads];
        foreach (byte step in execution.Trace)
        {
            if (step < accesses.Length)
            {
                accesses[step]++;
            }
        }

        return accesses;
    }

    private static bool IsOver(SearchResult result, SearchLimits limits, long start) =>
        result.Executions >= limits.Executions
        || (limits.StopsAtViolation && result.HasViolation)
        || limits.Stop.IsCancellationRequested
        || Stopwatch.GetElapsedTime(start) >= limits.Time;
}
