using System.Globalization;
using NatAllocBench.Exploration.Cells;
using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Scenarios;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Results.Model;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary>An exploration as a run, for <c>show</c>, <c>validate</c> and <c>publish</c>.</summary>
internal sealed class ExploreRun
{
    private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;
    private readonly MachineWatch _machine;

    /// <summary>Looks at the machine; to be made right before the exploration.</summary>
    /// <param name="stop">Ends it.</param>
    public ExploreRun(CancellationToken stop) => _machine = MachineWatch.Begin(CpuSet.Allowed(), calibrates: false, stop);

    /// <summary>The run of some searches.</summary>
    /// <param name="options">How they were made.</param>
    /// <param name="searches">All of them, those too that were not begun.</param>
    /// <param name="isInterrupted">Whether somebody stopped it.</param>
    public RunRecord<ExploreCell> End(ExploreOptions options, IReadOnlyList<CellSearch> searches, bool isInterrupted) => new()
    {
        Command = "explore",
        StartedUtc = _started,
        MeasuredCommit = RunEnvironment.Commit,
        Dirty = RunEnvironment.IsDirty(),
        Completed = !isInterrupted,
        Argv = RunEnvironment.Argv,
        Options = options.Resolved,
        Seeds = [(ulong)options.Seed],
        Machine = _machine.End(),
        Packages = RunEnvironment.Packages(),
        Notes =
        [
            "Every order of a few connections on the model's own code. Counts of executions are not probabilities.",
            options.IsExhaustive
                ? "A cell that is complete has no other outcome than those listed, under its memory model. Nothing is proved for ARM64."
                : $"The strategy {options.StrategyText} samples: no cell is complete, and nothing is proved.",
            .. ExploreReport.Differences(searches).Select(difference => $"designs differ: {difference}"),
        ],
        Cells = [.. searches.Select(search => Cell(search, options.IsExhaustive))],
    };

    /// <summary>One cell.</summary>
    /// <param name="search">Its search.</param>
    /// <param name="isExhaustive">Whether the search, when it ends, has covered every order.</param>
    public static ExploreCell Cell(CellSearch search, bool isExhaustive = true)
    {
        bool isComplete = isExhaustive && search.IsComplete;
        return new ExploreCell
        {
            Era = search.Cell.Era.Name,
            Design = search.Cell.Design,
            Scenario = search.Cell.Scenario.Name,
            Connections = search.Cell.Connections,
            Memory = search.Cell.Model == MemoryModel.Sc ? "sc" : "tso",
            Complete = isComplete,
            Preemptions = !isComplete && search.CompletedBound is >= 0 and var bound ? bound : null,
            Executions = search.Executions,
            Blocked = search.Blocked,
            Seconds = search.Elapsed.TotalSeconds,
            Outcomes = [.. search.Outcomes.Select(found => new ExploreOutcome
            {
                Outcome = found.Outcome.Name,
                Verdict = Outcome.Verdict(found.Outcome.Name, found.Outcome.IsViolation),
                Executions = found.Outcome.Executions,
                Preemptions = found.Outcome.Preemptions,
                Replay = ExploreReport.ReplayOptions(search.Cell, found.Geometry, found.Outcome),
            })],
        };
    }
}
