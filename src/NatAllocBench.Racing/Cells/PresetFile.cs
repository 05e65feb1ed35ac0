using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Format;

namespace NatAllocBench.Racing.Cells;

/// <summary>A preset: cells that belong together, where they come from, and what they should show. One small JSON file each.</summary>
internal sealed record PresetFile
{
    private const long MaxBytes = 1 << 20;

    /// <summary>How presets are read: strictly, but for comments.</summary>
    public static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        AllowDuplicateProperties = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public required string Name { get; init; }

    public required string Summary { get; init; }

    /// <summary>Who measured or wrote what the preset imitates.</summary>
    public required string Source { get; init; }

    /// <summary>What the table should show, and how to read it.</summary>
    public required IReadOnlyList<PresetNote> Shows { get; init; }

    /// <summary>Time limit of the whole preset, s.</summary>
    public required double Seconds { get; init; }

    public required IReadOnlyList<PresetSeries> Series { get; init; }

    /// <summary>Options of the command line that replaced values of the preset, as typed.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Overrides { get; init; } = [];

    /// <summary>What is measured, in a sentence: the preset's summary, unless the command line made it wrong.</summary>
    [JsonIgnore]
    public string Headline => Overrides.Count == 0 ? Summary : $"the series of the preset, with {string.Join(' ', Overrides)}.";

    /// <summary>The remarks that the values of the series bear out on so many CPUs.</summary>
    public IEnumerable<string> NotesOn(int cpus) => Shows.Where(note => note.Explains(Series, cpus)).Select(note => note.Text);

    /// <summary>Names of the presets that come with the program.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.EndsWith(".preset.json", StringComparison.Ordinal))
            .Select(name => name[..^".preset.json".Length])
            .Order(StringComparer.Ordinal)];

    /// <summary>Loads a preset by name, or from a file if the text is a path to one.</summary>
    public static PresetFile Load(string nameOrPath)
    {
        if (Names.Contains(nameOrPath))
        {
            using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(nameOrPath + ".preset.json")!;
            return Read(nameOrPath, stream);
        }

        if (!nameOrPath.EndsWith(".json", StringComparison.Ordinal))
        {
            throw new PresetException($"unknown preset '{nameOrPath}': choose one of {string.Join(", ", Names)}, or name a .json file");
        }

        if (FileKind.IsSpecial(nameOrPath))
        {
            throw new PresetException($"preset {nameOrPath} {FileKind.Refusal}");
        }

        try
        {
            using FileStream stream = File.OpenRead(nameOrPath);
            return stream.Length <= MaxBytes
                ? Read(nameOrPath, stream)
                : throw new PresetException($"preset {nameOrPath} is longer than the {MaxBytes >> 20} MiB that a preset may have");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PresetException($"cannot read preset {nameOrPath}: {e.Message}");
        }
    }

    private static PresetFile Read(string name, Stream stream)
    {
        try
        {
            PresetFile preset = JsonSerializer.Deserialize<PresetFile>(stream, Format)
                ?? throw new PresetException($"preset {name} is empty");
            RequireSound(name, preset);
            return preset;
        }
        catch (JsonException e)
        {
            throw new PresetException($"preset {name} is malformed: {JsonFault.Words(e)}");
        }
    }

    /// <summary>Refuses what the reader of JSON does not.</summary>
    /// <exception cref="PresetException">A list is empty or holds null, or there is no time.</exception>
    public static void RequireSound(string name, PresetFile preset)
    {
        if (preset.Series.Count == 0)
        {
            throw new PresetException($"preset {name} has no series: add one to \"series\"");
        }

        // The serializer checks properties for null, but not the elements of lists.
        if (preset.Shows.Any(note => note is null))
        {
            throw new PresetException($"preset {name} is malformed: \"shows\" holds null");
        }

        foreach (PresetSeries? series in preset.Series)
        {
            System.Collections.IList?[] lists = series is null
                ? [Array.Empty<string>()]
                : [.. Lists(series).Select(list => (System.Collections.IList?)list)];
            if (lists.Any(list => list is not null && (list.Count == 0 || list.Contains(null))))
            {
                throw new PresetException($"preset {name} is malformed: a series or a list in it is empty or holds null");
            }
        }

        if (!(preset.Seconds > 0 && double.IsFinite(preset.Seconds)))
        {
            throw new PresetException($"preset {name}: \"seconds\" must be above 0");
        }
    }

    private static IEnumerable<object?> Lists(PresetSeries series) =>
    [
        series.Eras, series.Modes, series.Designs, series.Clients, series.Threads, series.Destinations, series.Ports, series.Pool,
        series.Occupancy,
        series.Window, series.PathTime, series.Arrival, series.Churn,
    ];
}

/// <summary>One table of a preset: every combination of the listed values is a cell. What is left out has the default.</summary>
internal sealed record PresetSeries
{
    public string? Name { get; init; }

    public IReadOnlyList<string>? Eras { get; init; }

    public IReadOnlyList<string>? Modes { get; init; }

    public IReadOnlyList<string>? Designs { get; init; }

    public string? Protocol { get; init; }

    public IReadOnlyList<int>? Clients { get; init; }

    public IReadOnlyList<int>? Threads { get; init; }

    public IReadOnlyList<int>? Destinations { get; init; }

    public IReadOnlyList<string>? Ports { get; init; }

    public IReadOnlyList<int>? Pool { get; init; }

    public IReadOnlyList<double>? Occupancy { get; init; }

    public string? Fill { get; init; }

    public IReadOnlyList<double>? Churn { get; init; }

    public IReadOnlyList<string>? Window { get; init; }

    public IReadOnlyList<string>? PathTime { get; init; }

    public IReadOnlyList<string>? Arrival { get; init; }

    public string? SourcePorts { get; init; }

    public int? Connections { get; init; }

    /// <summary>
    /// The CPUs that race: <c>all</c>, which is the default, or <c>pair</c>, two of one core complex: the same on every machine.
    /// </summary>
    public string? Cpus { get; init; }

    /// <summary>Whether the fixed pair races.</summary>
    [JsonIgnore]
    public bool IsPair => Cpus == "pair";

    /// <summary>The parameters that a note can need.</summary>
    [JsonIgnore]
    public static IReadOnlyList<string> Parameters { get; } =
    [
        "name", "eras", "modes", "designs", "protocol", "clients", "threads", "destinations", "pool", "occupancy", "churn", "window",
        "pathTime",
        "arrival", "sourcePorts",
    ];

    /// <summary>The values of a parameter in the text that files give them, the default where the series names none.</summary>
    /// <param name="parameter">One of <see cref="Parameters"/>.</param>
    public IEnumerable<string> ValuesOf(string parameter) => parameter switch
    {
        "name" => [Name ?? ""],
        "eras" => Eras ?? ["4.14", "6.12"],
        "modes" => Modes ?? ["default", "random", "random-fully"],
        "designs" => Designs ?? ["kernel-locks"],
        "protocol" => [Protocol ?? "tcp"],
        "clients" => Texts(Clients, "40"),
        "threads" => Texts(Threads, "1"),
        "destinations" => Texts(Destinations, "1"),
        "pool" => Texts(Pool, "1"),
        "occupancy" => Texts(Occupancy, "0"),
        "churn" => Texts(Churn, "0"),
        "window" => Window ?? ["0"],
        "pathTime" => PathTime ?? ["0"],
        "arrival" => Arrival ?? ["closed"],
        "sourcePorts" => [SourcePorts ?? "kernel"],
        _ => [],
    };

    private static IEnumerable<string> Texts<T>(IReadOnlyList<T>? values, string usual)
        where T : IFormattable =>
        values?.Select(value => value.ToString(null, CultureInfo.InvariantCulture)) ?? [usual];
}
