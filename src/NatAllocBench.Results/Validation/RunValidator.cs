using System.Text.RegularExpressions;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Results.Validation;

/// <summary>Checks that a run is what it says: dates, sums, rates equal to their counts, figures equal to their raw values.</summary>
public static partial class RunValidator
{
    private static readonly DateTimeOffset ProjectStart = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Checks one run in itself.</summary>
    /// <param name="run">The run, as read by <see cref="RunFormat"/>.</param>
    /// <param name="now">The present time; a run that starts more than a day later is refused.</param>
    /// <returns>One line per fault, naming the place; empty for a sound run.</returns>
    public static IReadOnlyList<string> Check(RunRecord run, DateTimeOffset now)
    {
        Problems problems = new();
        CheckHead(run, now, problems);
        CheckMachine(run.Machine, problems);
        CheckDuplicates(run, problems);
        switch (run)
        {
            case RunRecord<RaceCell> race:
                CheckCells(race.Cells, RaceCellCheck.Check, problems);
                break;
            case RunRecord<ThroughputCell> throughput:
                CheckCells(throughput.Cells, ThroughputCellCheck.Check, problems);
                break;
            case RunRecord<ScenarioCell> scenario:
                CheckCells(scenario.Cells, ScenarioCellCheck.Check, problems);
                break;
            case RunRecord<ComparisonCell> comparison:
                CheckCells(comparison.Cells, ComparisonCellCheck.Check, problems);
                break;
            case RunRecord<ExploreCell> explored:
                CheckCells(explored.Cells, ExploreCellCheck.Check, problems);
                break;
        }

        return problems.Lines;
    }

    private static void CheckCells<TCell>(IReadOnlyList<TCell> cells, Action<string, TCell, Problems> check, Problems problems)
    {
        foreach ((int i, TCell cell) in cells.Index())
        {
            string place = $"cells[{i}]";
            try
            {
                check(place, cell, problems);
            }
            catch (OverflowException)
            {
                problems.Add(place, "its counts are too large to be added up");
            }
        }
    }

    private static void CheckHead(RunRecord run, DateTimeOffset now, Problems problems)
    {
        problems.Unless(run.SchemaVersion == RunRecord.CurrentSchemaVersion, "schemaVersion", $"{run.SchemaVersion} is not known");
        problems.Unless(run.StartedUtc.Offset == TimeSpan.Zero, "startedUtc", "must be in UTC (+00:00)");
        problems.Unless(run.StartedUtc >= ProjectStart && run.StartedUtc <= now.AddDays(1), "startedUtc", $"{run.StartedUtc:O} cannot be");
        problems.Unless(
            run.MeasuredCommit is null || CommitPattern().IsMatch(run.MeasuredCommit),
            "measuredCommit",
            "must be 7 to 64 hexadecimal digits");
        problems.Unless(run.Seeds.Count > 0, "seeds", "a run without seeds cannot be repeated");
        problems.Unless(run.CellCount > 0 || !run.Completed, "cells", "a completed run without cells measured nothing");
    }

    private static void CheckMachine(MachineFacts machine, Problems problems)
    {
        problems.InRange<int>("machine", "cores", machine.Cores, 1, 1 << 16);
        foreach ((string name, double nanoseconds) in machine.CalibrationNs)
        {
            problems.NotNegative<double>("machine.calibrationNs", name, nanoseconds);
        }

        int cpus = machine.CoreToCoreNs?.Count ?? 0;
        problems.Unless(
            machine.CoreToCoreNs is null || machine.CoreToCoreNs.All(row => row.Count == cpus), "machine.coreToCoreNs", "must be square");
    }

    private static void CheckDuplicates(RunRecord run, Problems problems)
    {
        foreach (IGrouping<Workload, Workload> group in Workload.Of(run).GroupBy(w => w).Where(g => g.Count() > 1))
        {
            problems.Add("cells", $"{group.Count()} cells have the same workload: {group.Key}");
        }
    }

    [GeneratedRegex("^[0-9a-f]{7,64}$")]
    private static partial Regex CommitPattern();
}
