using System.Globalization;
using System.Text;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Comparison;

/// <summary>A comparison of two runs as Markdown.</summary>
public static class ComparisonReport
{
    /// <summary>Both runs, a table per figure, the cells without a partner, and how many verdicts of each kind.</summary>
    /// <param name="first">The base, called A.</param>
    /// <param name="second">The run that was compared with it, called B.</param>
    /// <param name="comparison">What was found.</param>
    /// <param name="options">How it was compared.</param>
    /// <param name="heading">The mark of the heading, for example <c>##</c>; those below get one more.</param>
    /// <returns>Markdown with LF line ends that ends in an empty line.</returns>
    public static string Markdown(RunRecord first, RunRecord second, RunComparison comparison, ComparisonOptions options, string heading)
    {
        StringBuilder output = new();
        _ = output
            .Append(CultureInfo.InvariantCulture, $"{heading} {MarkdownText.Escape(first.Name)}: B against A\n\n")
            .Append(CultureInfo.InvariantCulture, $"- A: {MarkdownText.Escape(Described(first, second))}\n")
            .Append(CultureInfo.InvariantCulture, $"- B: {MarkdownText.Escape(Described(second, first))}\n")
            .Append(CultureInfo.InvariantCulture, $"- {Method(options)}\n\n");
        foreach (IGrouping<string, CellComparison> metric in comparison.Cells.GroupBy(c => c.Metric))
        {
            _ = output.Append(CultureInfo.InvariantCulture, $"{heading}# {MarkdownText.Escape(metric.Key)}\n\n")
                .Append(MarkdownTable.Render(ComparisonTable.Build([.. metric]))).Append('\n');
        }

        AppendLonely(output, "Only in A", comparison.OnlyInFirst);
        AppendLonely(output, "Only in B", comparison.OnlyInSecond);
        IEnumerable<string> counts = comparison.Cells.GroupBy(c => c.Verdict).OrderBy(g => g.Key)
            .Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Count()} {ComparisonTable.Name(g.Key)}"));
        return output.Append(string.Join(", ", counts)).Append(".\n\n").ToString();
    }

    // What tells this run from the other: two runs of one machine differ in their settings only.
    private static string Described(RunRecord run, RunRecord other)
    {
        IEnumerable<string> own = RunTraits.Settings(run).Except(RunTraits.Settings(other));
        return string.Join(", ", own.Prepend(RunSummary.Line(run)));
    }

    private static string Method(ComparisonOptions options)
    {
        string across = options.Across.Count > 0 ? $" across {string.Join(", ", options.Across.Order(StringComparer.Ordinal))};" : "";
        return MarkdownText.Escape(string.Create(
            CultureInfo.InvariantCulture,
            $"compared{across} threshold {options.Threshold * 100:0.##} %, each verdict wrong in at most 2.5 % of cells; "
            + $"noise floors: rates below {options.RateNoiseFloor * 100:0.######} %, times per connection closer than {options.TimeNoiseFloorNs:0.###} ns"));
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
