using System.Globalization;
using System.Text;
using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Scenarios;
using NatAllocBench.Exploration.Search;

namespace NatAllocBench.Exploration.Cells;

/// <summary>What an exploration found, in words.</summary>
internal static class ExploreReport
{
    /// <summary>One cell with its outcomes.</summary>
    public static string Cell(CellSearch search)
    {
        var text = new StringBuilder();
        string state = search.IsComplete ? "complete" : "not complete, nothing is proved";
        string bound = search.IsComplete ? "" : search.CompletedBound is >= 0 and int most
            ? $"  every order with at most {most} preemptions was run, without reduction\n"
            : "  not even every order without a preemption was run\n";
        text.Append(
            CultureInfo.InvariantCulture,
            $"{search.Cell}: {state}, {search.Executions} executions ({search.Blocked} blocked), {search.Elapsed.TotalSeconds:0.00} s\n");
        text.Append(bound);
        if (search.Results is [(_, { } first), ..])
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {string.Join(" + ", first.Accesses)} accesses one after the other, {first.SharedLocations} words that two threads meet "
                    + $"in\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"  {"outcome",-62} {"verdict",-12} {"executions",10} {"preemptions at least",21}\n");
        foreach ((OutcomeTally outcome, _) in search.Outcomes)
        {
            string verdict = Outcome.Verdict(outcome.Name, outcome.IsViolation);
            text.Append(
                CultureInfo.InvariantCulture, $"  {outcome.Name,-62} {verdict,-12} {outcome.Executions,10} {outcome.Preemptions,21}\n");
        }

        return text.ToString();
    }

    /// <summary>The options that repeat an execution.</summary>
    public static string ReplayOptions(ExploredCell cell, Geometry geometry, OutcomeTally outcome) =>
        $"--eras {cell.Era.Name} --designs {cell.Design} --scenario {cell.Scenario.Name} --connections {cell.Connections} "
        + $"--geometry {IndexOf(geometry)} --replay {outcome.Witness}";

    /// <summary>Number of a geometry in <see cref="Geometry.All"/>.</summary>
    public static int IndexOf(Geometry geometry) => Geometry.All.ToList().IndexOf(geometry);

    /// <summary>
    /// Cells whose designs have different outcomes although all of them were searched to the end. The what-if design is to differ.
    /// </summary>
    public static IEnumerable<string> Differences(IReadOnlyList<CellSearch> searches)
    {
        foreach (IGrouping<(string, string, int, MemoryModel), CellSearch> group in searches.Where(IsComparable).GroupBy(search =>
            (search.Cell.Era.Name, search.Cell.Scenario.Name, search.Cell.Connections, search.Cell.Model)))
        {
            CellSearch first = group.First();
            foreach (CellSearch other in group.Skip(1))
            {
                string[] missing = [.. Names(first).Except(Names(other))];
                string[] more = [.. Names(other).Except(Names(first))];
                if (missing.Length + more.Length > 0)
                {
                    yield return $"{first.Cell.Era.Name} {first.Cell.Scenario.Name}: only {first.Cell.Design} has {List(missing)}, "
                        + $"only {other.Cell.Design} has {List(more)}";
                }
            }
        }
    }

    /// <summary>The what-if designs are to differ, and of the short path it is not known which ports were chosen.</summary>
    private static bool IsComparable(CellSearch search) =>
        search.IsComplete && !search.Cell.Design.StartsWith("reserve", StringComparison.Ordinal) && search.Cell.Design != "batched";

    private static IEnumerable<string> Names(CellSearch search) => search.Outcomes.Select(outcome => outcome.Outcome.Name);

    private static string List(string[] names) => names.Length == 0 ? "none" : string.Join("; ", names.Select(name => $"'{name}'"));
}
