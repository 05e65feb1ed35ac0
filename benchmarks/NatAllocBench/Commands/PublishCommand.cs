using System.CommandLine;
using System.Text.Json.Nodes;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Predicting;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Results.Validation;
using NatAllocBench.Running;
using NatAllocBench.Systems;

namespace NatAllocBench.Commands;

/// <summary><c>publish</c>: puts a run among the published ones, and keeps everything that is generated from them up to date.</summary>
internal static class PublishCommand
{
    private static readonly Argument<string?> PathArgument = new("path")
    {
        Description = "A run to publish, or a directory of published runs to bring up to date. Default: results of the checkout.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> Out = new("--out")
    {
        Description = "Directory of published runs that a run goes into. Default: results of the checkout.",
        HelpName = "DIR",
    };

    private static readonly Option<bool> Check = new("--check") { Description = "Change nothing; exit with code 1 if anything is stale." };

    public static Command Create()
    {
        var command = new Command("publish", "Publish a run; regenerate the index, every published run's tables and charts, and the "
            + "README's tables.")
        {
            PathArgument, Out, Check,
        };
        JsonOutput.SetAction(
            command,
            (parsed, output) => Run(parsed.GetValue(PathArgument), parsed.GetValue(Out), parsed.GetValue(Check), output));
        return command;
    }

    private static Answer Run(string? path, string? results, bool checkOnly, TextWriter output)
    {
        bool isRun = path is not null && (path.EndsWith(".json", StringComparison.Ordinal)
            || File.Exists(Path.Combine(path, RunFormat.FileName)));
        if (results is not null && (!isRun || checkOnly))
        {
            throw new UsageException("--out says where a run is published to: name a run, without --check");
        }

        if (!isRun)
        {
            return BringUpToDate(path ?? DefaultResults(), published: null, checkOnly, output);
        }

        if (checkOnly)
        {
            throw new UsageException($"--check looks at published runs, and {path} is one run; use validate {path}");
        }

        RunRecord run = SoundRun.ReadFile(path!);
        string target = results ?? DefaultResults();
        OutputPlace.PrepareDirectory(target, "--out", makeParents: false);
        string published = Add(new ResultsStore(target), run);
        output.WriteLine(published);
        return BringUpToDate(target, published, checkOnly: false, output);
    }

    private static string Add(ResultsStore store, RunRecord run) => store.Find(run) is { } present
        ? throw new UsageException($"the run is published already: {present}")
        : store.Publish(run);

    private static Answer BringUpToDate(string directory, string? published, bool checkOnly, TextWriter output)
    {
        if (Path.GetPathRoot(Path.GetFullPath(directory)) == Path.GetFullPath(directory))
        {
            throw new UsageException($"{directory} is the root of a file system and holds no published runs: name their directory");
        }

        if (!checkOnly && Directory.Exists(directory))
        {
            OutputPlace.PrepareDirectory(directory, "publish", makeParents: false);
        }

        var runs = new PublishedRuns();
        Answer index = ResultCommands.Print(
            checkOnly ? ResultsIndex.Check(directory, runs) : ResultsIndex.Publish(directory, runs), output);
        string[] pages = index.ExitCode == CommandLine.Success
            ? [.. StaleDocuments(directory, checkOnly, runs), .. StaleValidation(directory, checkOnly)]
            : [];
        foreach (string page in pages)
        {
            (checkOnly ? Console.Error : output).WriteLine(checkOnly ? $"{page} is stale; run publish" : $"refreshed {page}");
        }

        int exitCode = checkOnly && pages.Length > 0 ? CommandLine.Failure : index.ExitCode;
        return new Answer(exitCode, () =>
        {
            JsonObject data = index.Data().AsObject();
            data["published"] = published;
            data["pages"] = JsonOutput.Strings(pages);
            return data;
        });
    }

    /// <summary>The file of what the published runs say about the formulas of predict, if it is out of date; refreshes it.</summary>
    private static IEnumerable<string> StaleValidation(string results, bool checkOnly)
    {
        string path = Path.Combine(results, PredictionValidation.FileName);
        if (!File.Exists(path))
        {
            return [];
        }

        var validation = PredictionValidation.Of(PublishedCells.Read(results));
        if (File.ReadAllText(path) == validation.Json())
        {
            return [];
        }

        if (!checkOnly)
        {
            validation.Write(results);
        }

        return [PredictionValidation.FileName];
    }

    private static string DefaultResults() =>
        RunEnvironment.Results ?? throw new UsageException("publish: the program does not run in a checkout; name the directory of "
            + "published runs");

    /// <summary>
    /// The Markdown files beside the results directory and under docs whose marked blocks are out of date; refreshes them.
    /// </summary>
    private static IEnumerable<string> StaleDocuments(string results, bool checkOnly, PublishedRuns runs)
    {
        // Only a checkout has documents of ours; whatever else lies beside a directory of runs is not looked at.
        if (Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(results))) is not { } root
            || !File.Exists(Path.Combine(root, "NatAllocBench.sln")))
        {
            return [];
        }

        string docs = Path.Combine(root, "docs");
        IEnumerable<string> files = Directory.EnumerateFiles(root, "*.md")
            .Concat(Directory.Exists(docs) ? Directory.EnumerateFiles(docs, "*.md") : []);
        return files.Where(file => !FileKind.IsSpecial(file)).Order(StringComparer.Ordinal)
            .Where(file => checkOnly
                ? !(ReadmeBlock.IsCurrent(file, root, runs) && SystemsPage.IsCurrent(file, AllocatorSet.Program))
                : ReadmeBlock.Refresh(file, root, runs) | SystemsPage.Refresh(file, AllocatorSet.Program))
            .Select(file => Path.GetRelativePath(root, file));
    }
}
