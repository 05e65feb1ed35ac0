using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Answers;

/// <summary>What spoils the figures of a run.</summary>
public static class RunWarnings
{
    /// <summary>Every warning that touches the figures.</summary>
    /// <param name="run">The run.</param>
    /// <returns>Plain text, the gravest kinds first.</returns>
    public static IReadOnlyList<string> Of(RunRecord run) =>
    [
        .. run.Completed ? Array.Empty<string>() : ["cut short: some rows have fewer trials than their minimum, or none"],
        .. run.Machine.Warnings,
    ];
}
