using System.CommandLine;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Predicting;
using NatAllocBench.Reports;
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
        JsonOutput.SetAction(command, parsed => Run(parsed.GetValue(PathArgument), parsed.GetValue(Out), parsed.GetValue(Check)));
        return command;
    }

    private static int Run(string? path, string? results, bool checkOnly)
    {
        bool isRun = path is not null && (path.EndsWith(".json", StringComparison.Ordinal)
            || File.Exists(Path.Combine(path, RunFormat.FileName)));
        if (results is not null && (!isRun || checkOnly))
        {
            throw new UsageException("--out says where a run is published to: name a run, without --check");
        }

        if (!isRun)
        {
            return BringUpToDate(path ?? DefaultResults(), checkOnly);
        }

        if (checkOnly)
        {
            throw new UsageException($"--check looks at published runs, and {path} is one run; use validate {path}");
        }

        RunRecord run = SoundRun.ReadFile(path!);
        string target = results ?? DefaultResults();
        OutputPlace.PrepareDirectory(target, "--out", makeParents: false);
        Console.Out.WriteLine(Add(new ResultsStore(target), run));
        return BringUpToDate(target, checkOnly: false);
    }

    private static string Add(ResultsStore store, RunRecord run) => store.Find(run) is { } present
        ? throw new UsageException($"the run is published already: {present}")
        : store.Publish(run);

    private static int BringUpToDate(string directory, bool checkOnly)
    {
        if (!checkOnly && Directory.Exists(directory))
        {
            OutputPlace.PrepareDirectory(directory, "publish", makeParents: false);
        }

        var runs = new PublishedRuns();
        int exit = ResultCommands.Print(checkOnly ? ResultsIndex.Check(directory, runs) : ResultsIndex.Publish(directory, runs));
        return exit != CommandLine.Success ? exit
            : Math.Max(RefreshDocuments(directory, checkOnly, runs), RefreshValidation(directory, checkOnly));
    }

    /// <summary>What the published runs say about the formulas of predict, where that is kept.</summary>
    private static int RefreshValidation(string results, bool checkOnly)
    {
        string path = Path.Combine(results, PredictionValidation.FileName);
        if (!File.Exists(path))
        {
            return CommandLine.Success;
        }

        var validation = PredictionValidation.Of(PublishedCells.Read(results));
        if (File.ReadAllText(path) == validation.Json())
        {
            return CommandLine.Success;
        }

        if (checkOnly)
        {
            Console.Error.WriteLine($"{PredictionValidation.FileName} is stale; run publish");
            return CommandLine.Failure;
        }

        validation.Write(results);
        Console.Out.WriteLine($"refreshed {PredictionValidation.FileName}");
        return CommandLine.Success;
    }

    private static string DefaultResults() =>
        RunEnvironment.Results ?? throw new UsageException("publish: the program does not run in a checkout; name the directory of "
            + "published runs");

    /// <summary>The marked blocks of the Markdown files beside the results directory and under docs.</summary>
    private static int RefreshDocuments(string results, bool checkOnly, PublishedRuns runs)
    {
        // Only a checkout has documents of ours; whatever else lies beside a directory of runs is not looked at.
        if (Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(results))) is not { } root
            || !File.Exists(Path.Combine(root, "NatAllocBench.sln")))
        {
            return CommandLine.Success;
        }

        string docs = Path.Combine(root, "docs");
        IEnumerable<string> files = Directory.EnumerateFiles(root, "*.md")
            .Concat(Directory.Exists(docs) ? Directory.EnumerateFiles(docs, "*.md") : []);
        int exit = CommandLine.Success;
        foreach (string file in files.Where(file => !FileKind.IsSpecial(file)).Order(StringComparer.Ordinal))
        {
            if (checkOnly && !(ReadmeBlock.IsCurrent(file, root, runs) && SystemsPage.IsCurrent(file, AllocatorSet.Program)))
            {
                Console.Error.WriteLine($"{Path.GetRelativePath(root, file)} is stale; run publish");
                exit = CommandLine.Failure;
            }
            else if (!checkOnly && (ReadmeBlock.Refresh(file, root, runs) | SystemsPage.Refresh(file, AllocatorSet.Program)))
            {
                Console.Out.WriteLine($"refreshed {Path.GetRelativePath(root, file)}");
            }
        }

        return exit;
    }
}
