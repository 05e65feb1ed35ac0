using NatAllocBench.Results.Model;

namespace NatAllocBench.Results.Validation;

/// <summary>The checks of one cell of an exploration.</summary>
internal static class ExploreCellCheck
{
    private static readonly HashSet<string> Verdicts = [ExploreOutcome.Acceptable, ExploreOutcome.Interesting, ExploreOutcome.Forbidden];

    public static void Check(string place, ExploreCell cell, Problems problems)
    {
        foreach ((string name, string text) in new[] { ("era", cell.Era), ("design", cell.Design), ("scenario", cell.Scenario) })
        {
            problems.Unless(text.Trim().Length > 0, place, $"{name} must be named");
        }

        problems.InRange<int>(place, "connections", cell.Connections, 1, 64);
        problems.Unless(cell.Memory is "sc" or "tso", place, $"memory is {cell.Memory}, not sc or tso");
        problems.NotNegative<double>(place, "seconds", cell.Seconds);
        problems.NotNegative(place, "preemptions", cell.Preemptions);
        problems.InRange(place, "blocked", cell.Blocked, 0, cell.Executions);
        problems.Unless(!cell.Complete || cell.Outcomes.Count > 0, place, "a complete cell has an outcome");
        problems.Unless(!cell.Complete || cell.Preemptions is null, place, "a complete cell has no bound of preemptions");
        long ended = 0;
        foreach ((int i, ExploreOutcome outcome) in cell.Outcomes.Index())
        {
            string at = $"{place}.outcomes[{i}]";
            problems.Unless(outcome.Outcome.Trim().Length > 0, at, "outcome must say what happened");
            problems.Unless(Verdicts.Contains(outcome.Verdict), at, $"verdict is {outcome.Verdict}, not {string.Join(", ", Verdicts)}");
            problems.InRange<int>(at, "preemptions", outcome.Preemptions, 0, int.MaxValue);
            problems.InRange(at, "executions", outcome.Executions, cell.Complete ? 1 : 0, cell.Executions);
            ended = checked(ended + outcome.Executions);
        }

        problems.Unless(
            ended + cell.Blocked == cell.Executions, place,
            $"executions is {cell.Executions}, but {ended} ended and {cell.Blocked} were given up");
        foreach (IGrouping<string, ExploreOutcome> group in cell.Outcomes.GroupBy(o => o.Outcome).Where(g => g.Count() > 1))
        {
            problems.Add(place, $"{group.Count()} outcomes are named {group.Key}");
        }
    }
}
