using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Answers;

/// <summary>What an exploration found: how much of it is proved, and what no execution may do.</summary>
internal static class ExploreAnswer
{
    private const int MaxLines = 5;

    public static IEnumerable<string> Lines(IReadOnlyList<ExploreCell> cells)
    {
        int complete = cells.Count(c => c.Complete);
        (ExploreCell Cell, ExploreOutcome Outcome)[] forbidden =
            [.. cells.SelectMany(c => c.Outcomes.Where(o => o.Verdict == ExploreOutcome.Forbidden).Select(o => (c, o)))];
        yield return $"{Figures.Count(complete)} of {Figures.Count(cells.Count)} cells are complete: "
            + (complete == 0 ? "nothing is proved." : "they have no other outcomes.");
        foreach ((ExploreCell cell, ExploreOutcome outcome) in forbidden.Take(MaxLines))
        {
            yield return $"FORBIDDEN in {cell.Era} {cell.Design} {cell.Scenario}, {cell.Memory}: {outcome.Outcome}.";
        }

        yield return forbidden.Length switch
        {
            0 => "No execution did what none may do.",
            > MaxLines => $"The tables above show {Figures.Count(forbidden.Length - MaxLines)} more that are forbidden.",
            _ => "Counts of executions are not probabilities.",
        };
        yield return "Nothing here is proved for ARM64.";
    }
}
