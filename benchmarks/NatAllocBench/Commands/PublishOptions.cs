using System.CommandLine;
using System.CommandLine.Parsing;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary>Where a run goes: a directory of runs, a JSON file, standard output, or nowhere.</summary>
/// <param name="Directory">The directory of runs, or null.</param>
/// <param name="IsPublished">Whether that is the directory of published runs, whose index is kept up to date.</param>
/// <param name="JsonPath">The JSON file, <c>-</c> for standard output, or null.</param>
/// <param name="Wide">Whether the screen gets every column.</param>
/// <param name="Name">The name for the run, or null.</param>
/// <param name="Machine">The owner's name for the machine, or null.</param>
internal sealed record PublishOptions(string? Directory, bool IsPublished, string? JsonPath, bool Wide, string? Name, string? Machine)
{
    private const int MostNameCharacters = 40;

    private static readonly Option<bool> NoSave = new("--no-save", "--no-publish") { Description = "Keep no run, only print it." };

    private static readonly Option<bool> Publish = new("--publish")
    {
        Description = "Write the run into results, where published runs are, instead of runs.",
    };

    private static readonly Option<string> Out = new("--out")
    {
        Description = "Directory for the run. Default: runs in the checkout; for an installed program the user's data directory.",
        HelpName = "DIR",
    };

    private static readonly Option<bool> WideOption =
        new("--wide") { Description = "Print every column and table, not only the main ones." };

    private static readonly Option<string?> NameOption = new("--name")
    {
        Description = "Name for the run, by which compare finds its partner. Default: the preset, or the command.",
        HelpName = "NAME",
    };

    public static readonly Option<string?> MachineOption = new("--machine")
    {
        Description = "Name for this machine, which becomes its directory among the runs. Default: its processor and a hash of its "
            + "topology.",
        HelpName = "NAME",
    };

    /// <summary>Whether standard output belongs to the JSON alone.</summary>
    public bool JsonToStandardOutput => JsonPath == JsonFile.StandardOutput;

    /// <summary>Whether the run is kept anywhere.</summary>
    public bool Keeps => Directory is not null || JsonPath is not null;

    public static void AddTo(Command command)
    {
        AddPlaceTo(command);
        command.Options.Add(JsonFile.Option);
        command.Options.Add(WideOption);
        command.Options.Add(NameOption);
    }

    /// <summary>For a command that keeps no run, but something of the machine.</summary>
    public static void AddPlaceTo(Command command)
    {
        command.Options.Add(Out);
        command.Options.Add(Publish);
        command.Options.Add(NoSave);
        command.Options.Add(MachineOption);
    }

    /// <summary>The owner's name for the machine, or null.</summary>
    public static string? MachineOf(ParseResult parsed) => Named(parsed.GetValue(MachineOption), MachineOption.Name);

    public static bool IsJsonAsked(ParseResult parsed) => parsed.GetResult(JsonFile.Option) is { Implicit: false };

    /// <summary>Resolves the options, and refuses a target that cannot be written before anything is measured.</summary>
    public static PublishOptions From(ParseResult parsed)
    {
        bool silent = parsed.GetValue(NoSave);
        bool publish = parsed.GetValue(Publish);
        string? named = parsed.GetValue(Out);
        if ((silent && named is not null) || (silent && publish) || (publish && named is not null))
        {
            throw new UsageException("--no-save, --publish and --out exclude each other: leave all but one of them out");
        }

        string? directory = silent ? null
            : publish ? RunEnvironment.Results ?? throw new UsageException("--publish: the program does not run in a checkout; use --out "
                + "DIR")
            : named ?? RunEnvironment.Runs;
        if (directory is not null)
        {
            OutputPlace.PrepareDirectory(directory, "--out", makeParents: named is null);
        }

        string? json = JsonFile.Prepare(parsed);
        return new PublishOptions(
            directory, publish, json, parsed.GetValue(WideOption), Named(parsed.GetValue(NameOption), "--name"),
            MachineOf(parsed));
    }

    /// <summary>Writes the run; to be called before anything of it is printed, so that no broken terminal loses a measurement.</summary>
    /// <exception cref="ResultsWriteException">A target cannot be written; the message says where the run is instead.</exception>
    public KeptRun Keep(RunRecord measured)
    {
        RunRecord run = measured with { GivenName = Name, Machine = measured.Machine with { Label = Machine } };
        string? directory = Directory is null ? null : KeepIn(Directory, run);
        KeptMeasurement.Note(directory);
        if (IsPublished && ResultsIndex.Publish(Directory!) is { Error: { } fault })
        {
            Console.Error.WriteLine(PlainText.OneLine($"the index of results was not brought up to date: {fault}"));
        }

        try
        {
            if (JsonToStandardOutput)
            {
                using Stream output = Console.OpenStandardOutput();
                RunFormat.Write(run, output);
            }
            else if (JsonPath is not null)
            {
                AtomicFile.Write(JsonPath, RunFormat.Write(run));
            }
        }
        catch (Exception e) when (e is ResultsWriteException or IOException)
        {
            string target = e is IOException ? "cannot write to standard output: " : "";
            throw new ResultsWriteException($"{target}{AtomicFile.Reason(e)}; the run is in {directory ?? KeepAside(run)}", e);
        }

        string? file = JsonToStandardOutput ? null : JsonPath;
        KeptMeasurement.Note(directory ?? file);
        return new KeptRun(directory, file);
    }

    // It becomes a part of a path and of tables.
    private static string? Named(string? name, string option) =>
        name is null || (name.Length is > 0 and <= MostNameCharacters && char.IsAsciiLetterOrDigit(name[0])
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.'))
            ? name
            : throw new UsageException($"{option}: '{name}' is no name; use at most {MostNameCharacters} letters, digits, dashes and dots");

    private static string KeepIn(string directory, RunRecord run)
    {
        try
        {
            return new ResultsStore(directory).Publish(run);
        }
        catch (ResultsWriteException e)
        {
            throw new ResultsWriteException($"{e.Message}; the run is in {KeepAside(run)}", e);
        }
    }

    // What took minutes to measure is not lost because a disk filled up meanwhile.
    private static string KeepAside(RunRecord run)
    {
        string path = Path.Combine(Path.GetTempPath(), $"natallocbench-{Guid.NewGuid():N}.json");
        AtomicFile.Write(path, RunFormat.Write(run));
        return path;
    }
}
