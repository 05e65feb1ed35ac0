using NatAllocBench.Reports.Answers;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Running;

/// <summary>The one command to go on with after a run.</summary>
internal static class NextStep
{
    /// <summary>Chooses it by what the run lacks, or else by what it leaves open.</summary>
    /// <param name="kept">Where it was written.</param>
    /// <returns>A section with one command.</returns>
    public static AnswerSection After(RunRecord run, KeptRun kept) => new("Next", [$"{Invocation.Text} {Arguments(run, kept)}"]);

    private static string Arguments(RunRecord run, KeptRun kept) => run switch
    {
        RunRecord<RaceCell> race when race.Cells.Any(c => c.CannotRace) => "race --cpus 2    (with two CPUs or more, connections can race)",
        { Completed: false } when kept.Directory is { } directory => $"show {directory} --wide",
        RunRecord<RaceCell> { Preset: "quick" } =>
            "race --preset mitigations    (what more addresses, more destinations or fewer clients change)",
        { } when kept.Directory is { } directory => $"show {directory} --wide    (every column and table)",
        _ => "--help",
    };
}
