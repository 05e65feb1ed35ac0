using System.Globalization;
using System.Text;
using System.Text.Json;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Results.Format;

/// <summary>The one reader and writer of <c>run.json</c>.</summary>
public static class RunFormat
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "run.json";

    /// <summary>The largest file that is read, in bytes; a larger one is refused before it is parsed.</summary>
    public const long MaxBytes = 64L << 20;

    /// <summary>
    /// The most cells of a run that is read: above what the largest preset measures by far, below what keeps a reader busy.
    /// </summary>
    public const int MaxCells = 10_000;

    /// <summary>Writes a run as indented UTF-8 JSON with LF line ends and a final one.</summary>
    /// <returns>The bytes of <c>run.json</c>, the same for the same run on every platform.</returns>
    /// <exception cref="RunFormatException">A value has no JSON form (NaN or infinity).</exception>
    public static byte[] Write(RunRecord run)
    {
        try
        {
            byte[] json = run switch
            {
                RunRecord<RaceCell> race => JsonSerializer.SerializeToUtf8Bytes(race, RunJsonContext.Plain.RunRecordRaceCell),
                RunRecord<ThroughputCell> throughput =>
                    JsonSerializer.SerializeToUtf8Bytes(throughput, RunJsonContext.Plain.RunRecordThroughputCell),
                RunRecord<ScenarioCell> scenario =>
                    JsonSerializer.SerializeToUtf8Bytes(scenario, RunJsonContext.Plain.RunRecordScenarioCell),
                RunRecord<ComparisonCell> comparison =>
                    JsonSerializer.SerializeToUtf8Bytes(comparison, RunJsonContext.Plain.RunRecordComparisonCell),
                RunRecord<ExploreCell> explored => JsonSerializer.SerializeToUtf8Bytes(explored, RunJsonContext.Plain.RunRecordExploreCell),
                _ => throw new RunFormatException($"a run of {run.GetType().Name} cannot be written"),
            };
            return [.. json, (byte)'\n'];
        }
        catch (ArgumentException e)
        {
            throw new RunFormatException($"the run holds a number that JSON cannot express: {e.Message}", e);
        }
    }

    /// <summary>Writes a run to a stream and leaves it open.</summary>
    /// <param name="output">Where the bytes of <see cref="Write(RunRecord)"/> go.</param>
    /// <exception cref="RunFormatException">A value has no JSON form.</exception>
    public static void Write(RunRecord run, Stream output) => output.Write(Write(run));

    /// <summary>Reads a run of this schema version, strictly: unknown, doubled and missing properties are errors.</summary>
    /// <param name="json">The content of a <c>run.json</c>.</param>
    /// <returns>A <see cref="RunRecord{TCell}"/> whose cell type the command decides.</returns>
    /// <exception cref="RunFormatException">The text is not a run of this version; the message is one line and names the place.</exception>
    public static RunRecord Read(ReadOnlySpan<byte> json)
    {
        if (json.Length > MaxBytes)
        {
            throw new RunFormatException($"{json.Length} bytes are more than the {MaxBytes} that a run may have");
        }

        if (json.StartsWith(Encoding.UTF8.Preamble))
        {
            json = json[Encoding.UTF8.Preamble.Length..];
        }

        try
        {
            RunHead head = JsonSerializer.Deserialize(json, RunJsonContext.Lenient.RunHead)
                ?? throw new RunFormatException("the file holds null, not a run");
            if (head.SchemaVersion != RunRecord.CurrentSchemaVersion)
            {
                string version = head.SchemaVersion?.ToString(CultureInfo.InvariantCulture) ?? "missing";
                throw new RunFormatException($"schema version {version} is not {RunRecord.CurrentSchemaVersion}, the one read here");
            }

            RunRecord? run = head.Command switch
            {
                "race" or "kernel" => JsonSerializer.Deserialize(json, RunJsonContext.Plain.RunRecordRaceCell),
                "throughput" => JsonSerializer.Deserialize(json, RunJsonContext.Plain.RunRecordThroughputCell),
                "scenario" => JsonSerializer.Deserialize(json, RunJsonContext.Plain.RunRecordScenarioCell),
                "kernel-compare" => JsonSerializer.Deserialize(json, RunJsonContext.Plain.RunRecordComparisonCell),
                "explore" => JsonSerializer.Deserialize(json, RunJsonContext.Plain.RunRecordExploreCell),
                _ => throw new RunFormatException(
                    $"unknown command \"{head.Command}\"; known are race, kernel, kernel-compare, throughput, scenario and explore"),
            };
            RejectNulls(run!);
            if (run!.CellCount > MaxCells)
            {
                throw new RunFormatException($"{run.CellCount} cells are more than the {MaxCells} that a run may have");
            }

            return run;
        }
        catch (JsonException e)
        {
            throw new RunFormatException($"not a run of schema {RunRecord.CurrentSchemaVersion}: {JsonFault.Words(e)}", e);
        }
    }

    /// <summary>Reads a run from a file, at most <see cref="MaxBytes"/> of it.</summary>
    /// <param name="path">A <c>run.json</c>, or a directory that holds one.</param>
    /// <returns>The run.</returns>
    /// <exception cref="RunFormatException">The file is missing, unreadable, too large or no run; the message names the path.</exception>
    public static RunRecord ReadFile(string path)
    {
        if (path.Length == 0)
        {
            throw new RunFormatException("a run has an empty name: name a run.json or the directory that holds one");
        }

        bool isDirectory = Directory.Exists(path);
        string file = isDirectory ? Path.Combine(path, RunFormat.FileName) : path;
        if (isDirectory && !Path.Exists(file))
        {
            throw new RunFormatException($"{path}: holds no {FileName}, so it is not a run's folder");
        }

        try
        {
            return Read(ReadBytes(file));
        }
        catch (RunFormatException e)
        {
            throw new RunFormatException($"{file}: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFormatException($"{file}: cannot be read: {AtomicFile.Reason(e)}", e);
        }
    }

    // The serializer checks properties for null, but not the elements of lists and dictionaries.
    private static void RejectNulls(RunRecord run)
    {
        (string Name, IEnumerable<object?> Elements)[] collections =
        [
            ("argv", run.Argv),
            ("options", run.Options.Values),
            ("packages", run.Packages.Values),
            ("notes", run.Notes),
            ("warnings", run.Machine.Warnings),
            ("facts", run.Machine.Facts.Values.SelectMany(section => section is null ? [null] : section.Values.Cast<object?>())),
            ("coreToCoreNs", run.Machine.CoreToCoreNs ?? []),
            ("cells", CellsOf(run)),
            ("figures", run is RunRecord<ScenarioCell> scenario ? scenario.Cells.SelectMany(c => c?.Figures ?? []) : []),
            ("parameters", run is RunRecord<ScenarioCell> rows ? rows.Cells.SelectMany(c => c?.Parameters.Values ?? []) : []),
            ("outcomes", run is RunRecord<ExploreCell> explored ? explored.Cells.SelectMany(c => c?.Outcomes ?? []) : []),
            ("counters", run is RunRecord<RaceCell> counted ? counted.Cells.SelectMany(c => c?.Counters ?? []) : []),
            ("delayed", run is RunRecord<RaceCell> delays ? delays.Cells.SelectMany(c => c?.Delayed ?? []) : []),
            ("windowCurve or pairDistanceCurve", run is RunRecord<RaceCell> curves
                ? curves.Cells.SelectMany(c => (c?.WindowCurve ?? []).Concat(c?.PairDistanceCurve ?? []))
                : []),
        ];
        foreach ((string name, IEnumerable<object?> elements) in collections)
        {
            if (elements.Any(e => e is null))
            {
                throw new RunFormatException($"{name} holds null");
            }
        }
    }

    private static IEnumerable<object?> CellsOf(RunRecord run) => run switch
    {
        RunRecord<RaceCell> race => race.Cells,
        RunRecord<ThroughputCell> throughput => throughput.Cells,
        RunRecord<ScenarioCell> scenario => scenario.Cells,
        RunRecord<ExploreCell> explored => explored.Cells,
        _ => ((RunRecord<ComparisonCell>)run).Cells,
    };

    /// <summary>Reads a regular file, at most <see cref="MaxBytes"/> of it.</summary>
    /// <returns>Its content.</returns>
    /// <exception cref="RunFormatException">It is empty, a link, no regular file, or too large.</exception>
    public static byte[] ReadBytes(string file)
    {
        FileInfo info = new(file);
        // Opening a pipe would wait for its other end; a link may lead to one, or out of a contribution.
        if (info.LinkTarget is not null || FileKind.IsSpecial(file) || info.Length == 0)
        {
            throw new RunFormatException("is empty, a link or no regular file");
        }

        using FileStream stream = File.OpenRead(file);
        if (stream.Length > MaxBytes)
        {
            throw new RunFormatException($"{stream.Length} bytes are more than the {MaxBytes} that a run may have");
        }

        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
