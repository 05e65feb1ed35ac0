using NatAllocBench.Reports.Documents;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;

namespace NatAllocBench.Reports.Comparison;

/// <summary>The <c>compare</c> command: a base and one or more runs or machines against it.</summary>
public static class CompareCommand
{
    /// <summary>Compares runs on disk.</summary>
    /// <param name="paths">
    /// Runs (files or directories) or directories of machines, the first of them the base; or one run of <c>throughput --beside</c>, whose
    /// other build is the base.
    /// </param>
    /// <param name="options">Threshold, noise floors, what may differ, what fails.</param>
    /// <returns>
    /// A document; exit code 1 when that was asked for and a cell is worse at a family-wise error of 5 %, 2 when a run cannot be read or
    /// the runs cannot be compared.
    /// </returns>
    public static CommandResult Run(IReadOnlyList<string> paths, ComparisonOptions options)
    {
        if (options.WhyImpossible is { } reason)
        {
            return CommandResult.BadInput(reason);
        }

        List<DocumentPart> output = [];
        List<CellComparison> cells = [];
        try
        {
            if (paths.Count == 1)
            {
                AppendBuilds(output, cells, paths[0], options with { Timing = RunTiming.InTurns });
            }
            else
            {
                RunSelection[] selections = [.. paths.Select(RunSelection.Read)];
                foreach (RunSelection other in selections.Skip(1))
                {
                    Append(output, cells, selections[0], other, options);
                }
            }
        }
        catch (RunFormatException e)
        {
            return CommandResult.BadInput(e.Message);
        }

        double[] chances = Judge.Chances(cells);
        return !options.FailOnWorse ? CommandResult.Of(0, new Document(output))
            : chances.Length > 0 ? CommandResult.Of(Judge.AnyWorse(chances) ? 1 : 0, new Document(output))
            : CommandResult.BadInput(
                "--fail-on worse: no cell can get a verdict, so nothing can fail; compare without it says why (a verdict needs --runs 4 or "
                    + "more, and calibrate-compare on this machine)");
    }

    // The two builds of one run.
    private static void AppendBuilds(List<DocumentPart> output, List<CellComparison> cells, string path, ComparisonOptions options)
    {
        (RunRecord<ThroughputCell> other, RunRecord<ThroughputCell> own) = TwoBuilds.Of(path);
        RunComparison comparison = Compare(path, other, path, own, options);
        cells.AddRange(comparison.Cells);
        output.AddRange(ComparisonReport.Parts(other, own, comparison, options, 2));
    }

    private static void Append(
        List<DocumentPart> output, List<CellComparison> cells, RunSelection first, RunSelection second, ComparisonOptions options)
    {
        foreach ((RunRecord a, RunRecord b) in second.PairsWith(first))
        {
            // Of two machines all runs are at hand, and those that hold their predictions are not what was asked for.
            if (first.IsMachine && second.IsMachine && RunComparison.WhyNever(a) is { } never)
            {
                output.AddRange([new DocumentPart.Heading(2, a.Name), new DocumentPart.Paragraph($"Not compared: {never}.")]);
                continue;
            }

            RunComparison comparison = Compare(first.Path, a, second.Path, b, options);
            cells.AddRange(comparison.Cells);
            output.AddRange(ComparisonReport.Parts(a, b, comparison, options, 2));
        }

        if (first.IsMachine && second.IsMachine)
        {
            AppendNames(output, "Only in A", first.NamesMissingIn(second));
            AppendNames(output, "Only in B", second.NamesMissingIn(first));
            AppendNames(output, "Left out of A, a newer run has the same name", first.LeftOut);
            AppendNames(output, "Left out of B, a newer run has the same name", second.LeftOut);
        }
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

    private static void AppendNames(List<DocumentPart> output, string heading, IReadOnlyList<string> names)
    {
        if (names.Count > 0)
        {
            output.Add(new DocumentPart.Paragraph($"{heading}: {string.Join(", ", names)}"));
        }
    }
}
