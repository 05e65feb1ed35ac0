using System.Text.Json.Serialization;

namespace NatAllocBench.Results.Model;

/// <summary>
/// What every run says about itself, whatever it measured: when, what commit, where, with which options. The cells are in
/// <see cref="RunRecord{TCell}"/>.
/// </summary>
/// <remarks>The reader sets a member that a file lacks to null, past its initial value: hence the setters that put that back.</remarks>
public abstract record RunRecord
{
    /// <summary>The schema version that this code reads and writes.</summary>
    public const int CurrentSchemaVersion = 1;

    /// <summary>The version of the format; a reader refuses any other than <see cref="CurrentSchemaVersion"/>.</summary>
    public int SchemaVersion { get; init; } = CurrentSchemaVersion;

    /// <summary>
    /// The sub-command that measured: <c>race</c>, <c>kernel</c>, <c>kernel-compare</c>, <c>throughput</c>, <c>scenario</c> or
    /// <c>explore</c>; it decides the type of the cells.
    /// </summary>
    public required string Command { get; init; }

    /// <summary>The name that was given to the run, for example <c>sizes</c>; null where it goes by its preset or command.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? GivenName { get; init; }

    /// <summary>The preset, where one was asked for; it names the run's directory, else the command does.</summary>
    public string? Preset { get; init; }

    /// <summary>When the run started, in UTC.</summary>
    public required DateTimeOffset StartedUtc { get; init; }

    /// <summary>The git commit of the measured code (hexadecimal), or null outside a repository.</summary>
    public string? MeasuredCommit { get; init; }

    /// <summary>Whether the work tree differed from <see cref="MeasuredCommit"/>; null when that is not known.</summary>
    public bool? Dirty { get; init; }

    /// <summary>False when the run was cut short (Ctrl-C or a limit) and holds only what had been finished.</summary>
    public required bool Completed { get; init; }

    /// <summary>The arguments as typed.</summary>
    public IReadOnlyList<string> Argv { get; init => field = value ?? []; } = [];

    /// <summary>Every option as resolved, defaults included, by its long name without dashes.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init => field = value ?? new Dictionary<string, string>(); } =
        new Dictionary<string, string>();

    /// <summary>The seeds of the run, the first being the one from which the others are derived.</summary>
    public IReadOnlyList<ulong> Seeds { get; init => field = value ?? []; } = [];

    /// <summary>The machine that measured.</summary>
    public required MachineFacts Machine { get; init; }

    /// <summary>The versions of the resolved packages, by name.</summary>
    public IReadOnlyDictionary<string, string> Packages { get; init => field = value ?? new Dictionary<string, string>(); } =
        new Dictionary<string, string>();

    /// <summary>Remarks for the reader of the tables: what the preset shows, what was cut, which method was used.</summary>
    public IReadOnlyList<string> Notes { get; init => field = value ?? []; } = [];

    /// <summary>The timing of the live kernel that was measured; null in runs without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KernelPace? Pace { get; init; }

    /// <summary>The number of measured cells.</summary>
    [JsonIgnore]
    public abstract int CellCount { get; }

    /// <summary>The given name or, without one, the preset or the command.</summary>
    [JsonIgnore]
    public string Name => GivenName ?? Preset ?? Command;
}

/// <summary>A run and its measured cells.</summary>
/// <typeparam name="TCell">
/// <see cref="RaceCell"/>, <see cref="ThroughputCell"/>, <see cref="ScenarioCell"/>, <see cref="ComparisonCell"/> or
/// <see cref="ExploreCell"/>.
/// </typeparam>
public sealed record RunRecord<TCell> : RunRecord
    where TCell : class
{
    /// <summary>One object per measured cell, in the order of the table; a cell that could not be measured carries its reason.</summary>
    [JsonPropertyOrder(1)]
    public required IReadOnlyList<TCell> Cells { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override int CellCount => Cells.Count;
}
