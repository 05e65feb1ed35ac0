using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Tables;

/// <summary>The tables of any run.</summary>
public static class RunTables
{
    /// <summary>The tables of a run.</summary>
    /// <returns>The tables in the order of the cells.</returns>
    public static IReadOnlyList<ResultTable> Build(RunRecord run) => run switch
    {
        RunRecord<RaceCell> race => RaceTables.Build(race.Cells),
        RunRecord<ThroughputCell> throughput => ThroughputTables.Build(throughput.Cells),
        RunRecord<ScenarioCell> scenario => ScenarioTables.Build(scenario.Cells),
        RunRecord<ComparisonCell> comparison => ComparisonTables.Build(comparison.Cells),
        RunRecord<ExploreCell> explored => ExploreTables.Build(explored.Cells),
        _ => throw new ArgumentException($"no table for a run of {run.GetType().Name}", nameof(run)),
    };
}
