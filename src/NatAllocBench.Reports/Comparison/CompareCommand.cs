using System.Text;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;

namespace NatAllocBench.Reports.Comparison;

/// <summary>The <c>compare</c> command: a base and one or more runs or machines against it.</summary>
public static class CompareCommand
{
    /// <summary>Compares runs on disk.</summary>
    /// <param name="paths">Runs (files or directories) or directories of machines; the first is the base.</param>
    /// <param name="options">Threshold, noise floors, what may differ, what fails.</param>
    /// <returns>
    /// Markdown; exit code 1 when a cell is worse and that was asked to fail, 2 when a run cannot be read or the runs cannot be compared.
    /// </returns>
    public static CommandResult Run(IReadOnlyList<string> paths, ComparisonOptions options)
    {
        if (paths.Count < 2)
        {
            return CommandResult.BadInput("compare needs two runs or more; name their directories");
        }

        if (options.WhyImpossible is { } reason)
        {
            return CommandResult.BadInput(reason);
        }

        StringBuilder output = new();
        bool worse = false;
        try
        {
            RunSelection[] selections = [.. paths.Select(RunSelection.Read)];
            foreach (RunSelection other in selections.Skip(1))
            {
                worse |= Append(output, selections[0], other, options);
            }
        }
        catch (RunFormatException e)
        {
            return CommandResult.BadInput(e.Message);
        }

        return new CommandResult(worse && options.FailOnWorse ? 1 : 0, output.ToString());
    }

    private static bool Append(StringBuilder output, RunSelection first, RunSelection second, ComparisonOptions options)
    {
        bool worse = false;
        foreach ((RunRecord a, RunRecord b) in second.PairsWith(first))
        {
            // Of two machines all runs are at hand, and those that hold their predictions are not what was asked for.
            if (first.IsMachine && second.IsMachine && RunComparison.WhyNever(a) is { } never)
            {
                _ = output.Append($"## {MarkdownText.Escape(a.Name)}\n\nNot compared: {never}.\n\n");
                continue;
            }

            RunComparison comparison = Compare(first.Path, a, second.Path, b, options);
            worse |= comparison.Cells.Any(c => c.Verdict == Verdict.Worse);
            _ = output.Append(ComparisonReport.Markdown(a, b, comparison, options, "##"));
        }

        if (first.IsMachine && second.IsMachine)
        {
            AppendNames(output, "Only in A", first.NamesMissingIn(second));
            AppendNames(output, "Only in B", second.NamesMissingIn(first));
        }

        return worse;
    }

    private static RunComparison Compare(string firstPath, RunRecord first, string secondPath, RunRecord second, ComparisonOptions options)
    {
        try
        {
            return RunComparison.Compare(first, second, options);
        }
        catch (RunFormatException e)
        {
            throw new RunFormatException($"{firstPath} and {secondPath} cannot be compared: {e.Message}", e);
        }
    }

    private static void AppendNames(StringBuilder output, string heading, IReadOnlyList<string> names) =>
        _ = output.Append(names.Count > 0 ? $"{heading}: {string.Join(", ", names.Select(MarkdownText.Escape))}\n\n" : "");
}
