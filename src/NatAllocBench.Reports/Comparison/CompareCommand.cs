using NatAllocBench.Reports.Documents;
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
    /// A document; exit code 1 when that was asked for and a cell is worse at a family-wise error of 5 %, 2 when a run cannot be read or
    /// the runs cannot be compared.
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

        List<DocumentPart> output = [];
        List<double> chances = [];
        try
        {
            RunSelection[] selections = [.. paths.Select(RunSelection.Read)];
            foreach (RunSelection other in selections.Skip(1))
            {
                Append(output, chances, selections[0], other, options);
            }
        }
        catch (RunFormatException e)
        {
            return CommandResult.BadInput(e.Message);
        }

        return CommandResult.Of(options.FailOnWorse && Judge.AnyWorse(chances) ? 1 : 0, new Document(output));
    }

    private static void Append(
        List<DocumentPart> output, List<double> chances, RunSelection first, RunSelection second, ComparisonOptions options)
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
            chances.AddRange(comparison.Cells.Where(c => c.Ratio?.Low is not null).Select(c => c.WorseByChance ?? 1));
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
