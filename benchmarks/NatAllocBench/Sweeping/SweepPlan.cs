using System.Security.Cryptography;
using System.Text.Json;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Results.Format;

namespace NatAllocBench.Sweeping;

/// <summary>
/// A sweep: the series of a preset, split into tasks that machines can measure on their own. It is a file, so that every task, wherever and
/// whenever it runs, measures what was planned.
/// </summary>
internal sealed record SweepPlan
{
    /// <summary>The name of the file in a sweep's directory.</summary>
    public const string FileName = "sweep.json";

    /// <summary>Slurm numbers the tasks of an array job up to 1000, unless it is told otherwise.</summary>
    public const int MostTasks = 1000;

    private const long MaxBytes = 4 << 20;

    private static readonly JsonSerializerOptions Indented = new(PresetFile.Format) { WriteIndented = true, NewLine = "\n" };

    /// <summary>What is measured.</summary>
    public required PresetFile Preset { get; init; }

    /// <summary>The lists whose values become tasks; the values of the others are raced within a task.</summary>
    public required IReadOnlyList<string> Split { get; init; }

    /// <summary>The seeds of the tasks follow from it.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Time limit of one task, s.</summary>
    public required double SecondsOfTask { get; init; }

    /// <summary>Maximum number of trials of a cell.</summary>
    public required int MaxTrials { get; init; }

    /// <summary>The CPUs as <c>--cpus</c> names them; null for every one that a task may use.</summary>
    public string? Cpus { get; init; }

    /// <summary>The tasks in the order of their numbers.</summary>
    /// <exception cref="PresetException">The preset cannot be split like this.</exception>
    public IReadOnlyList<SweepTask> Tasks()
    {
        SweepTask[] tasks =
        [
            .. Preset.Series.SelectMany(series => SeriesSplit.Of(series, Split)).Take(MostTasks + 1)
                .Select((part, i) => new SweepTask(i, part.Label, part.Series, SeedOf(i))),
        ];
        return tasks.Length <= MostTasks
            ? tasks
            : throw new PresetException($"--split {string.Join(',', Split)} makes more than {MostTasks} tasks, which is what an array job "
                + $"holds: split fewer lists");
    }

    /// <summary>Tells this sweep from every other one.</summary>
    public string Fingerprint() => Convert.ToHexStringLower(SHA256.HashData(Write()))[..12];

    /// <summary>The content of the file.</summary>
    public byte[] Write() => [.. JsonSerializer.SerializeToUtf8Bytes(this, Indented), (byte)'\n'];

    /// <summary>Reads the file of a directory.</summary>
    /// <exception cref="RunFormatException">It is missing or no plan.</exception>
    public static SweepPlan Read(string directory)
    {
        string path = Path.Combine(directory, FileName);
        try
        {
            byte[] json = RunFormat.ReadBytes(path);
            SweepPlan plan = json.Length <= MaxBytes
                ? JsonSerializer.Deserialize<SweepPlan>(json, PresetFile.Format) ?? throw new RunFormatException("holds null")
                : throw new RunFormatException("is too long for a plan");
            PresetFile.RequireSound(plan.Preset.Name, plan.Preset);
            return plan.SecondsOfTask > 0 && double.IsFinite(plan.SecondsOfTask) && plan.MaxTrials > 0
                && plan.Split.All(SeriesSplit.Lists.Contains)
                ? plan
                : throw new RunFormatException("holds a limit or a list that cannot be");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFormatException($"{directory}: there is no {FileName} here that can be read; name the directory of a sweep");
        }
        catch (JsonException e)
        {
            throw new RunFormatException($"{path} is malformed: {JsonFault.Words(e)}");
        }
        catch (RunFormatException e)
        {
            throw new RunFormatException($"{path}: {e.Message}");
        }
    }

    private ulong SeedOf(int task) =>
        BitConverter.ToUInt64(SHA256.HashData([.. BitConverter.GetBytes(Seed), .. BitConverter.GetBytes(task)])) >> 1;
}

/// <summary>One task: some cells of the sweep.</summary>
/// <param name="Number">Its number, from 0.</param>
/// <param name="Label">The values that tell it from the others.</param>
/// <param name="Series">Its cells.</param>
/// <param name="Seed">Everything that it draws follows from it.</param>
internal sealed record SweepTask(int Number, string Label, PresetSeries Series, ulong Seed);
