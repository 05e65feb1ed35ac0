using System.Globalization;
using NatAllocBench.Reports.Documents;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;

namespace NatAllocBench.Reports.Comparison;

/// <summary>A comparison of two runs as parts of a document.</summary>
public static class ComparisonReport
{
    // Two runs of a preset that differ in one setting have no cell in common: their names are in the tables of either.
    private const int MostListed = 4;

    /// <summary>Both runs, a table per figure, the cells without a partner, and how many verdicts of each kind.</summary>
    /// <param name="first">The base, called A.</param>
    /// <param name="second">The run that was compared with it, called B.</param>
    /// <param name="comparison">What was found.</param>
    /// <param name="options">How it was compared.</param>
    /// <param name="level">The level of the heading; those below get one more.</param>
    /// <returns>The parts of a document.</returns>
    public static IEnumerable<DocumentPart> Parts(
        RunRecord first, RunRecord second, RunComparison comparison, ComparisonOptions options, int level)
    {
        yield return new DocumentPart.Heading(level, $"{first.Name}: B against A");
        yield return new DocumentPart.Item($"A: {Described(first, second)}");
        yield return new DocumentPart.Item($"B: {Described(second, first)}");
        yield return new DocumentPart.Item(Method(options));
        foreach (string line in Errors(first, second, options))
        {
            yield return new DocumentPart.Item(line);
        }

        foreach (IGrouping<string, CellComparison> metric in comparison.Cells.GroupBy(c => c.Metric))
        {
            yield return new DocumentPart.Heading(level + 1, metric.Key);
            yield return new DocumentPart.Grid(ComparisonTable.Build([.. metric]));
        }

        foreach (DocumentPart part in Lonely("Only in A", comparison.OnlyInFirst, comparison.OnlyInSecond)
            .Concat(Lonely("Only in B", comparison.OnlyInSecond, comparison.OnlyInFirst)))
        {
            yield return part;
        }

        IEnumerable<string> counts = comparison.Cells.GroupBy(c => c.Verdict).OrderBy(g => g.Key)
            .Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Count()} {ComparisonTable.Name(g.Key)}"));
        yield return new DocumentPart.Paragraph($"{string.Join(", ", counts)}.");
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
        return string.Create(
            CultureInfo.InvariantCulture,
            $"compared{across} threshold {options.Threshold * 100:0.##} %; a verdict needs "
            + $"4 processes a side (--runs): without them there is a ratio and no verdict; {Timing(options)}; "
            + $"noise floors: rates below {options.RateNoiseFloor * 100:0.######} %, times per connection closer than "
            + $"{options.TimeNoiseFloorNs:0.###} ns");
    }

    private static string Timing(ComparisonOptions options) => options.Timing?.TookTurns == true
        ? "the processes took turns, and neighbours are compared with each other"
        : "intervals contain what runs at different times differ by on their machine";

    // One line where both sides are one machine.
    private static IEnumerable<string> Errors(RunRecord first, RunRecord second, ComparisonOptions options)
    {
        bool tookTurns = options.Timing?.TookTurns == true;
        string a = ErrorTable.Line(ComparisonErrorsFile.Find(options.Stores, first.Machine), tookTurns);
        string b = ErrorTable.Line(ComparisonErrorsFile.Find(options.Stores, second.Machine), tookTurns);
        return MachineIdentity.Of(first.Machine) == MachineIdentity.Of(second.Machine) ? [a] : [$"A: {a}", $"B: {b}"];
    }

    private static IEnumerable<DocumentPart> Lonely(string heading, IReadOnlyList<Workload> cells, IReadOnlyList<Workload> others)
    {
        if (cells.Count == 0)
        {
            yield break;
        }

        string differing = string.Join(", ", Differing(cells, others));
        yield return new DocumentPart.Paragraph($"{heading}{(differing.Length > 0 ? $", with {differing}" : "")}:");
        foreach (Workload cell in cells.Take(MostListed))
        {
            yield return new DocumentPart.Item(cell.ToString());
        }

        if (cells.Count > MostListed)
        {
            yield return new DocumentPart.Item(string.Create(
                CultureInfo.InvariantCulture, $"and {cells.Count - MostListed} more: matrix lists every cell of both runs"));
        }
    }

    // What no cell without a partner in the other run has: the reason that they have none, where it is one for all.
    private static IEnumerable<string> Differing(IReadOnlyList<Workload> cells, IReadOnlyList<Workload> others)
    {
        foreach (string name in Workload.Names)
        {
            string[] own = ValuesOf(cells, name);
            string[] theirs = ValuesOf(others, name);
            if (own.Length == 1 && theirs.Length > 0 && !theirs.Contains(own[0]))
            {
                yield return $"{name} {own[0]} against {string.Join(" or ", theirs)}";
            }
        }
    }

    private static string[] ValuesOf(IEnumerable<Workload> cells, string name) =>
        [.. cells.SelectMany(cell => cell.Parameters.Where(p => p.Key == name)).Select(p => p.Value).Distinct()];
}
