using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Answers;

/// <summary>What a run found, in words.</summary>
public static class RunAnswer
{
    /// <summary>The answer of a run and what casts doubt on it, for the last lines of the screen.</summary>
    /// <returns>Sections in the order in which they are read; sections without a line are left out.</returns>
    public static IReadOnlyList<AnswerSection> Of(RunRecord run)
    {
        IEnumerable<AnswerSection> found = run switch
        {
            RunRecord<RaceCell> race => RaceAnswer.Of(race),
            RunRecord<ThroughputCell> throughput => [new("Answer", [.. ThroughputAnswer.Lines(throughput.Cells)])],
            RunRecord<ScenarioCell> scenario => [new("Answer", [.. ScenarioAnswer.Lines(scenario.Cells)])],
            RunRecord<ComparisonCell> comparison => [new("Answer", [.. KernelComparisonAnswer.Lines(comparison.Cells)])],
            RunRecord<ExploreCell> explored => [new("Answer", [.. ExploreAnswer.Lines(explored.Cells)])],
            _ => [],
        };
        return [.. found.Append(new AnswerSection("Warnings", RunWarnings.Of(run))).Where(section => section.Lines.Count > 0)];
    }
}
