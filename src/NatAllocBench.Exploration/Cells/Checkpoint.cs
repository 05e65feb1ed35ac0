using System.Text.Json;
using System.Text.Json.Serialization;
using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Search;
using NatAllocBench.Exploration.Strategies;
using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Exploration.Cells;

/// <summary>Where the searches of some cells are, as a file: another process goes on with them and comes to the same end.</summary>
internal sealed class Checkpoint
{
    private readonly Dictionary<CellSearch, SavedCell> _cells = [];
    private readonly IReadOnlyList<CellSearch> _searches;

    public Checkpoint(IReadOnlyList<CellSearch> searches)
    {
        _searches = searches;
        foreach (CellSearch search in searches)
        {
            Note(search);
        }
    }

    /// <summary>Schedules mean something only to the code that made them.</summary>
    private static string Program => $"{typeof(Checkpoint).Module.ModuleVersionId} {typeof(CpuState).Module.ModuleVersionId}";

    /// <summary>Notes where a search is. It must not be running.</summary>
    /// <param name="search">One of the searches.</param>
    public void Note(CellSearch search) =>
        _cells[search] = new SavedCell(search.Cell.ToString(), [.. search.Geometries.Select(geometry => Save(geometry.State))]);

    /// <summary>The file.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(
        new SavedCourse(Program, [.. _searches.Select(search => _cells[search])]), CheckpointJson.Default.SavedCourse);

    /// <summary>Puts searches that have not begun where those of a file are.</summary>
    /// <param name="file">What <see cref="ToBytes"/> gave.</param>
    /// <param name="searches">The searches of the same cells.</param>
    /// <exception cref="FormatException">The file is not such a file, or one of other cells; the message says what to do.</exception>
    public static void Restore(ReadOnlySpan<byte> file, IReadOnlyList<CellSearch> searches)
    {
        SavedCourse? course;
        try
        {
            course = JsonSerializer.Deserialize(file, CheckpointJson.Default.SavedCourse);
        }
        catch (JsonException e)
        {
            throw new FormatException($"is no checkpoint ({e.Message.Split('\n')[0]}): name another file", e);
        }

        if (course is not { Program: not null, Cells: not null })
        {
            throw new FormatException("is no checkpoint: name another file");
        }

        if (course.Program != Program)
        {
            throw new FormatException("was written by another build of this program: use that one, or name another file");
        }

        if (!course.Cells.Select(cell => cell.Cell).SequenceEqual(searches.Select(search => search.Cell.ToString())))
        {
            throw new FormatException("is of other cells: give the options that it was begun with, or name another file");
        }

        foreach ((SavedCell saved, CellSearch search) in course.Cells.Zip(searches))
        {
            foreach ((SavedSearch from, GeometrySearch to) in saved.Geometries.Zip(search.Geometries))
            {
                Restore(from, to.State, search.Cell.KnowsStates);
            }
        }
    }

    private static SavedSearch Save(SearchState state)
    {
        SearchResult result = state.Result;
        return new SavedSearch(
            result.IsComplete,
            result.Executions,
            result.Blocked,
            result.Elapsed.Ticks,
            result.SharedLocations,
            result.Accesses,
            [.. state.Locations.Shared.Select(location => new SavedLocation(location.Region, location.Offset))],
            state.Locations.HasGrown || result.IsComplete ? null : (state.Strategy as DynamicReduction)?.Save(),
            [.. result.Outcomes.Values.Select(outcome => new SavedOutcome(
                outcome.Name, outcome.IsViolation, outcome.Executions, outcome.FirstAt, outcome.Preemptions,
                outcome.Witness?.ToString()))]);
    }

    private static void Restore(SavedSearch saved, SearchState state, bool knowsStates)
    {
        state.Locations.Restore(saved.Shared.Select(location => (location.Region, location.Offset)));
        SearchResult result = state.Result;
        result.Accesses = saved.Accesses;
        result.Elapsed = TimeSpan.FromTicks(saved.Ticks);
        if (saved is { IsComplete: false, Decisions: null })
        {
            return; // it had not begun, or was about to begin again
        }

        state.Strategy = saved.Decisions is { } decisions ? DynamicReduction.Restore(decisions, knowsStates) : null;
        result.IsComplete = saved.IsComplete;
        result.Executions = saved.Executions;
        result.Blocked = saved.Blocked;
        result.SharedLocations = saved.SharedLocations;
        foreach (SavedOutcome outcome in saved.Outcomes)
        {
            result.Outcomes.Add(outcome.Name, new OutcomeTally(outcome.Name, outcome.IsViolation)
            {
                Executions = outcome.Executions,
                FirstAt = outcome.FirstAt,
                Preemptions = outcome.Preemptions,
                Witness = outcome.Witness is { } witness ? Schedule.Parse(witness) : null,
            });
        }
    }
}

/// <summary>The file.</summary>
internal sealed record SavedCourse(string Program, IReadOnlyList<SavedCell> Cells);

/// <summary>A cell: its geometries in their order.</summary>
internal sealed record SavedCell(string Cell, IReadOnlyList<SavedSearch> Geometries);

/// <summary>One search; without decisions it is complete or begins again.</summary>
internal sealed record SavedSearch(
    bool IsComplete,
    long Executions,
    long Blocked,
    long Ticks,
    int SharedLocations,
    int[] Accesses,
    IReadOnlyList<SavedLocation> Shared,
    IReadOnlyList<SavedDecision>? Decisions,
    IReadOnlyList<SavedOutcome> Outcomes);

/// <summary>A shared location.</summary>
internal sealed record SavedLocation(string Region, long Offset);

/// <summary>An outcome.</summary>
internal sealed record SavedOutcome(string Name, bool IsViolation, long Executions, long FirstAt, int Preemptions, string? Witness);

/// <summary>Source-generated serialisation.</summary>
[JsonSerializable(typeof(SavedCourse))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
