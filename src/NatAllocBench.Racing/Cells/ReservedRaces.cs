using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Racing.Cells;

/// <summary>All connections that a run raced with a design that reserves its ports, whether their trials count for a rate or not.</summary>
/// <param name="Connections">Connections that were brought to confirm.</param>
/// <param name="Seconds">Time of the run.</param>
/// <param name="Lost">Connections whose port was free when it was chosen, and which confirm refused: there must be none.</param>
/// <param name="Exhausted">Connections that found no free port, which they knew before they were translated.</param>
/// <param name="TooLong">Connections that met too long a chain.</param>
internal sealed record ReservedRaces(RacedDesign Design, long Connections, double Seconds, long Lost, long Exhausted, long TooLong)
{
    public string Sentence => FormattableString.Invariant(
        $"{Design.System} (no kernel does this): {Connections:N0} connections raced in {Seconds:N1} s, ")
        + FormattableString.Invariant($"{Lost:N0} lost after their port was chosen, ")
        + FormattableString.Invariant($"{Exhausted:N0} refused by an exhausted range, {TooLong:N0} by a long chain.");

    /// <summary>The designs of a run that reserve, each with all that it raced.</summary>
    /// <param name="cells">The cells of the run.</param>
    /// <param name="seconds">Time of the run.</param>
    public static IEnumerable<ReservedRaces> Of(IEnumerable<MeasuredTrials> cells, double seconds) =>
        from cell in cells.OfType<MeasuredCell>()
        where cell.Plan.Workload.Design.IsWhatIf
        group cell.All by cell.Plan.Workload.Design into raced
        select Sum(raced.Key, [.. raced.SelectMany(trials => trials)], seconds);

    private static ReservedRaces Sum(RacedDesign design, TrialResult[] trials, double seconds) => new(
        design,
        trials.Sum(trial => trial.All.Attempts),
        seconds,
        trials.Sum(trial => trial.All.FailedKeepPort + trial.All.FailedSearch),
        trials.Sum(trial => trial.All.FailedExhausted),
        trials.Sum(trial => trial.All.FailedChain));
}
