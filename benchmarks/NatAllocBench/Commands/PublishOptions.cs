using System.CommandLine;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary>Where a run goes: a directory of results, a JSON file, standard output, or nowhere.</summary>
/// <param name="Directory">The directory of results, or null.</param>
/// <param name="JsonPath">The JSON file, <c>-</c> for standard output, or null.</param>
/// <param name="Wide">Whether the screen gets every column.</param>
internal sealed record PublishOptions(string? Directory, string? JsonPath, bool Wide)
{
    private static readonly Option<bool> NoPublish = new("--no-publish") { Description = "Write nothing under results." };

    private static readonly Option<string> Out = new("--out")
    {
        Description = "Directory for results. Default: results in the repository, else in the current directory.",
        HelpName = "DIR",
    };

    private static readonly Option<string> Json = new("--json")
    {
        Description = "Write the run as JSON to a file; - is standard output, with nothing else on it.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> WideOption = new("--wide") { Description = "Print every column and table, not only the main ones." };

    /// <summary>Whether standard output belongs to the JSON alone.</summary>
    public bool JsonToStandardOutput => JsonPath == "-";

    /// <summary>Whether the run is kept anywhere.</summary>
    public bool Keeps => Directory is not null || JsonPath is not null;

    public static void AddTo(Command command)
    {
        command.Options.Add(Out);
        command.Options.Add(NoPublish);
        command.Options.Add(Json);
        command.Options.Add(WideOption);
    }

    /// <summary>Resolves the options, and refuses a target that cannot be written before anything is measured.</summary>
    public static PublishOptions From(ParseResult parsed)
    {
        bool silent = parsed.GetValue(NoPublish);
        if (silent && parsed.GetValue(Out) is not null)
        {
            throw new UsageException("--no-publish and --out exclude each other: leave one of them out");
        }

        string? directory = silent ? null : parsed.GetValue(Out) ?? RunEnvironment.DefaultResults();
        string? json = parsed.GetValue(Json);
        if (directory is not null)
        {
            RequireWritable(directory, "--out");
        }

        if (json is not null and not "-")
        {
            if (string.IsNullOrWhiteSpace(json) || System.IO.Directory.Exists(json))
            {
                throw new UsageException($"--json: '{json}' is not a file; name one, or - for standard output");
            }

            RequireWritable(Path.GetDirectoryName(Path.GetFullPath(json))!, "--json");
        }

        return new PublishOptions(directory, json, parsed.GetValue(WideOption));
    }

    /// <summary>Writes the run; to be called before anything of it is printed, so that no broken terminal loses a measurement.</summary>
    public KeptRun Keep(RunRecord run)
    {
        string? directory = Directory is null ? null : new ResultsStore(Directory).Publish(run);
        if (JsonToStandardOutput)
        {
            using Stream output = Console.OpenStandardOutput();
            RunFormat.Write(run, output);
        }
        else if (JsonPath is not null)
        {
            AtomicFile.Write(JsonPath, RunFormat.Write(run));
        }

        return new KeptRun(directory, JsonToStandardOutput ? null : JsonPath);
    }

    private static void RequireWritable(string directory, string option)
    {
        try
        {
            System.IO.Directory.CreateDirectory(directory);
            string probe = Path.Combine(directory, $".writable-{Guid.NewGuid():N}");
            using (File.Create(probe, 1, FileOptions.DeleteOnClose))
            {
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"{option}: {directory} cannot be written ({e.Message}); name another place or use --no-publish");
        }
    }
}
