using System.Text.Json.Serialization;

namespace NatAllocBench.Results.Model;

/// <summary>The machine of a run. What could not be found out is null or absent, never guessed.</summary>
public sealed record MachineFacts
{
    /// <summary>The name that its owner gave it, which names its directory; null where it has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Label { get; init; }

    /// <summary>The platform in one word: <c>linux</c>, <c>windows</c> or <c>macos</c>; part of the results directory's name.</summary>
    public required string Os { get; init; }

    /// <summary>The processor architecture as .NET names it, lower case: <c>x64</c>, <c>arm64</c>; part of the directory's name.</summary>
    public required string Arch { get; init; }

    /// <summary>The processor's model name; part of the directory's name.</summary>
    public required string CpuModel { get; init; }

    /// <summary>The logical CPUs that this process may use.</summary>
    public required int Cores { get; init; }

    /// <summary>The distribution or release of the operating system.</summary>
    public string? OsDescription { get; init; }

    /// <summary>The kernel's release.</summary>
    public string? Kernel { get; init; }

    /// <summary>The .NET runtime and its version.</summary>
    public string? Runtime { get; init; }

    /// <summary>Garbage collector settings: server or workstation, concurrent or not.</summary>
    public string? Gc { get; init; }

    /// <summary>JIT settings that change the measured code: tiering, PGO, ReadyToRun.</summary>
    public string? Tiering { get; init; }

    /// <summary>The clock of the measurement with its resolution and cost.</summary>
    public string? Clock { get; init; }

    /// <summary>Further facts by section and name, for example <c>caches</c>, <c>l2</c>, <c>1 MiB</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Facts
    {
        get;
        init => field = value ?? new Dictionary<string, IReadOnlyDictionary<string, string>>();
    } = new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>Calibrated costs in nanoseconds by name, for example <c>siphashNs</c>.</summary>
    public IReadOnlyDictionary<string, double> CalibrationNs { get; init => field = value ?? new Dictionary<string, double>(); } =
        new Dictionary<string, double>();

    /// <summary>
    /// Round trip of a cache line between each pair of CPUs in nanoseconds, a row per CPU, null on the diagonal; null when not measured.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<double?>>? CoreToCoreNs { get; init; }

    /// <summary>What spoils or limits the measurement on this machine.</summary>
    public IReadOnlyList<string> Warnings { get; init => field = value ?? []; } = [];
}
