using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Answers;

/// <summary>What spoils the figures of a run.</summary>
public static class RunWarnings
{
    /// <summary>Every warning that touches the figures.</summary>
    /// <returns>Plain text, the gravest kinds first.</returns>
    public static IReadOnlyList<string> Of(RunRecord run) =>
    [
        .. run.Completed ? Array.Empty<string>() : ["cut short: some rows have fewer trials than their minimum, or none"],
        .. OfDisturbance(run),
        .. run.Machine.Warnings,
    ];

    /// <summary>Whether and by what the measurement of a run was disturbed: trials that do not count.</summary>
    /// <returns>Plain text, a line per kind.</returns>
    public static IEnumerable<string> OfDisturbance(RunRecord run)
    {
        if (run is not RunRecord<RaceCell> race)
        {
            yield break;
        }

        int notTogether = race.Cells.Sum(cell => cell.Dropped?.NotTogether ?? 0);
        int elsewhere = race.Cells.Sum(cell => cell.Dropped?.OtherPlacement ?? 0);
        int kept = race.Cells.Sum(cell => cell.Trials ?? 0);
        if (notTogether > 0)
        {
            yield return $"workers did not run together in {notTogether} of {kept + notTogether + elsewhere} trials: other work had their "
                + $"CPUs; "
                + "these trials do not count";
        }

        if (elsewhere > 0)
        {
            yield return $"{elsewhere} of {kept + notTogether + elsewhere} trials ran while the host had placed the CPUs otherwise: they "
                + $"do not count";
        }
    }
}
