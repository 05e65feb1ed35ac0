namespace NatAllocBench.Tracing;

/// <summary>What a trace file says.</summary>
/// <param name="Trials">The trials, in order.</param>
/// <param name="Runtime">Collections, suspensions and contention of the whole trace.</param>
/// <param name="LostEvents">Events that the session's buffer lost.</param>
/// <param name="DurationMs">Length of the trace, ms.</param>
/// <param name="StartedUtc">When it began.</param>
public sealed record RaceTrace(
    IReadOnlyList<TracedTrial> Trials, IReadOnlyList<Disturbance> Runtime, long LostEvents, double DurationMs, DateTime StartedUtc)
{
    /// <summary>Whether a checksum of the file vouches for every byte of it.</summary>
    public bool IsSealed { get; init; }

    /// <summary>All collisions, numbered from 1.</summary>
    public IEnumerable<Collision> Collisions => Trials.SelectMany(trial => trial.Collisions);

    /// <summary>Trials that the trace holds to their end.</summary>
    public IEnumerable<TracedTrial> Complete => Trials.Where(trial => trial.IsComplete);

    /// <summary>The different loads of the trials, in order of appearance; reports call them A, B, and so on.</summary>
    public IReadOnlyList<string> Loads => [.. Trials.Select(trial => trial.Cell.Load).Distinct()];

    /// <summary>Complete trials of one era, mode and load.</summary>
    public IEnumerable<IGrouping<(string Era, string Mode, string Load), TracedTrial>> Cells => Complete
        .GroupBy(trial => trial.Cell)
        .OrderBy(cell => cell.Key.Era, StringComparer.Ordinal)
        .ThenBy(cell => cell.Key.Mode, StringComparer.Ordinal)
        .ThenBy(cell => cell.Key.Load, StringComparer.Ordinal);

    /// <summary>Connection events that finished trials wrote and the trace does not hold.</summary>
    public long MissingEvents => Complete.Sum(trial => trial.EventsWritten - trial.EventsRead);

    /// <summary>A collision by number.</summary>
    /// <param name="number">From 1.</param>
    /// <exception cref="TraceException">There is none with this number.</exception>
    public Collision Collision(int number) => Collisions.FirstOrDefault(collision => collision.Number == number)
        ?? throw new TraceException(Collisions.Any()
            ? $"--collision {number}: the trace has collisions 1 to {Collisions.Count()}"
            : $"--collision {number}: the trace has no collisions; record a longer run or one with a wider window");

    /// <summary>A complete trial by its number.</summary>
    /// <param name="number">Its number in the process that raced; warm-up trials, which are not recorded, count too.</param>
    /// <exception cref="TraceException">There is none with this number.</exception>
    public TracedTrial Trial(int number) => Complete.FirstOrDefault(trial => trial.Number == number)
        ?? throw new TraceException(Complete.Any()
            ? $"--trial {number}: the trace has trials {Complete.Min(trial => trial.Number)} to {Complete.Max(trial => trial.Number)}"
            : $"--trial {number}: the trace has no complete trial; record a longer one");
}
