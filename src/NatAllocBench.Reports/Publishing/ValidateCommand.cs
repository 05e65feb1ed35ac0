using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Results.Validation;

namespace NatAllocBench.Reports.Publishing;

/// <summary>The <c>validate</c> command: checks runs on disk, one line each.</summary>
public static class ValidateCommand
{
    /// <summary>Checks files and directories.</summary>
    /// <param name="paths">
    /// A <c>run.json</c> or a <c>contribution.json</c> (its content is checked), the directory of one (also its name and its other files),
    /// or a directory with some below it.
    /// </param>
    /// <param name="now">The present time.</param>
    /// <returns>
    /// A line per fault or sound run and a summary; exit code 1 with faults, 2 when a path does not exist or holds no run.
    /// </returns>
    public static CommandResult Run(IReadOnlyList<string> paths, DateTimeOffset now)
    {
        StringBuilder output = new();
        JsonArray checkedRuns = [];
        int passed = 0;
        int failed = 0;
        foreach (string path in paths)
        {
            IReadOnlyList<string> runs = RunsAt(path);
            if (runs.Count == 0)
            {
                return CommandResult.BadInput(
                    $"{path}: there is no {RunFormat.FileName} in it or three folders below; name a run or a directory of runs");
            }

            foreach (string run in runs)
            {
                IReadOnlyList<string> faults = Check(run, now);
                passed += faults.Count == 0 ? 1 : 0;
                failed += faults.Count == 0 ? 0 : 1;
                checkedRuns.Add((JsonNode)new JsonObject
                {
                    ["path"] = run,
                    ["faults"] = new JsonArray([.. faults.Select(fault => (JsonNode)fault)]),
                });
                _ = faults.Count == 0
                    ? output.Append(CultureInfo.InvariantCulture, $"{PlainText.OneLine(run)}: ok\n")
                    : output.AppendJoin("", faults.Select(f => $"{PlainText.OneLine(f)}\n"));
            }
        }

        _ = output.Append(CultureInfo.InvariantCulture, $"{passed} passed, {failed} failed\n");
        return new CommandResult(failed > 0 ? 1 : 0, output.ToString())
        {
            Data = new JsonObject { ["passed"] = passed, ["failed"] = failed, ["runs"] = checkedRuns },
        };
    }

    private static IReadOnlyList<string> RunsAt(string path)
    {
        if (File.Exists(path) || File.Exists(Path.Combine(path, RunFormat.FileName))
            || File.Exists(Path.Combine(path, Contribution.FileName)))
        {
            return [path];
        }

        // As deep as from a checkout to a published run, and no deeper: the root of a file system has millions of files below.
        EnumerationOptions options = ResultsStore.WithoutLinks();
        options.RecurseSubdirectories = true;
        options.MaxRecursionDepth = 3;
        return !Directory.Exists(path)
            ? []
            : [.. Directory.EnumerateFiles(path, "*.json", options)
                .Where(f => Path.GetFileName(f) is RunFormat.FileName or Contribution.FileName)
                .Select(f => Path.GetDirectoryName(f)!)
                .Distinct()
                .Order(StringComparer.Ordinal)];
    }

    private static bool IsContribution(string path) => Path.GetFileName(path) == Contribution.FileName
        || (File.Exists(Path.Combine(path, Contribution.FileName)) && !File.Exists(Path.Combine(path, RunFormat.FileName)));

    private static IReadOnlyList<string> Check(string path, DateTimeOffset now)
    {
        try
        {
            if (IsContribution(path))
            {
                return [.. ContributionFolder.Faults(path, now).Select(fault => $"{path}: {fault}")];
            }

            RunRecord run = RunFormat.ReadFile(path);
            string file = Directory.Exists(path) ? Path.Combine(path, RunFormat.FileName) : path;
            IReadOnlyList<string> faults = [.. SchemaCheck.Faults(RunFormat.ReadBytes(file)), .. RunValidator.Check(run, now)];
            IReadOnlyList<string> all = Directory.Exists(path) && faults.Count == 0 ? PublishedRun.Faults(path, run) : faults;
            return [.. all.Select(fault => $"{path}: {fault}")];
        }
        catch (RunFormatException e)
        {
            return [e.Message];
        }
    }
}
