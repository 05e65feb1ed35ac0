using System.Globalization;
using System.Text;

namespace NatAllocBench.Reporting;

/// <summary>The <c>compare</c> command: a base and one or more runs against it.</summary>
public static class CompareCommand
{
    /// <summary>Compares runs on disk.</summary>
    /// <param name="paths">Runs (files or directories); the first is the base.</param>
    /// <param name="options">Threshold, noise floors, what may differ, what fails.</param>
    /// <returns>
    /// Markdown; exit code 1 when a cell is worse and that was asked to fail, 2 when a run cannot be read or the runs cannot be compared.
    /// </returns>
    public static CommandResult Run(IReadOnlyList<string> paths, CompareOptions options)
    {
        if (paths.Count < 2)
        {
            return CommandResult.BadInput("compare needs two runs or more; name their directories");
        }

        if (!double.IsFinite(options.Threshold) || options.Threshold < 0)
        {
            return CommandResult.BadInput("the threshold must be 0 or more, for example 5%");
        }

        StringBuilder output = new();
        bool worse = false;
        try
        {
            RunRecord[] runs = [.. paths.Select(RunFormat.ReadFile)];
            for (int i = 1; i < runs.Length; i++)
            {
                RunComparison comparison = Compare(paths[0], runs[0], paths[i], runs[i], options);
                worse |= comparison.Cells.Any(c => c.Verdict == Verdict.Worse);
                Append(output, runs[0], runs[i], comparison, options);
            }
        }
        catch (RunFormatException e)
        {
            return CommandResult.BadInput(e.Message);
        }

        return new CommandResult(worse && options.FailOnWorse ? 1 : 0, output.ToString());
    }

    private static RunComparison Compare(string firstPath, RunRecord first, string secondPath, RunRecord second, CompareOptions options)
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

    private static void Append(StringBuilder output, RunRecord first, RunRecord second, RunComparison comparison, CompareOptions options)
    {
        string threshold = (options.Threshold * 100).ToString("0.##", CultureInfo.InvariantCulture);
        _ = output
            .Append(CultureInfo.InvariantCulture, $"## {MarkdownText.Escape(first.Name)}: B against A\n\n")
            .Append(CultureInfo.InvariantCulture, $"- A: {MarkdownText.Escape(RunReport.Summary(first))}\n")
            .Append(CultureInfo.InvariantCulture, $"- B: {MarkdownText.Escape(RunReport.Summary(second))}\n")
            .Append(CultureInfo.InvariantCulture, $"- threshold {threshold} %, each verdict wrong in at most 2.5 % of cells\n\n");
        foreach (IGrouping<string, CellComparison> metric in comparison.Cells.GroupBy(c => c.Metric))
        {
            _ = output.Append(CultureInfo.InvariantCulture, $"### {MarkdownText.Escape(metric.Key)}\n\n")
                .Append(MarkdownTable.Render(ComparisonTable.Build([.. metric]))).Append('\n');
        }

        AppendLonely(output, "Only in A", comparison.OnlyInFirst);
        AppendLonely(output, "Only in B", comparison.OnlyInSecond);
        IEnumerable<string> counts = comparison.Cells.GroupBy(c => c.Verdict).OrderBy(g => g.Key)
            .Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Count()} {ComparisonTable.Name(g.Key)}"));
        _ = output.Append(string.Join(", ", counts)).Append("\n\n");
    }

    private static void AppendLonely(StringBuilder output, string heading, IReadOnlyList<Workload> workloads)
    {
        if (workloads.Count > 0)
        {
            _ = output.Append(heading).Append(":\n\n")
                .AppendJoin("", workloads.Select(w => $"- {MarkdownText.Escape(w.ToString())}\n")).Append('\n');
        }
    }
}
