using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Validation;

namespace NatAllocBench.Reports.Comparison;

/// <summary>The two builds that a run of <c>throughput --beside</c> measured, as two runs.</summary>
internal static class TwoBuilds
{
    // Ends the name of a design; the commit of its build follows.
    private const char Mark = '@';

    /// <summary>Reads such a run.</summary>
    /// <param name="path">Its file or directory.</param>
    /// <returns>The other build's cells under their own names, and those of the build that wrote the run.</returns>
    /// <exception cref="RunFormatException">It cannot be read, or has one build only.</exception>
    public static (RunRecord<ThroughputCell> Other, RunRecord<ThroughputCell> Own) Of(string path)
    {
        const string Needed = "compare needs two runs or more, or one of throughput --beside";
        RunRecord run;
        try
        {
            run = SoundRun.ReadFile(path);
        }
        catch (RunFormatException e)
        {
            throw new RunFormatException($"{Needed}: {e.Message}", e);
        }

        ThroughputCell[] others = [.. ((run as RunRecord<ThroughputCell>)?.Cells ?? []).Where(cell => cell.Design.Contains(Mark))];
        if (others.Length == 0)
        {
            throw new RunFormatException($"{Needed}; name another one beside {path}");
        }

        var both = (RunRecord<ThroughputCell>)run;
        return (
            both with { Cells = [.. others.Select(Unmarked)], MeasuredCommit = others[0].Design.Split(Mark)[1] },
            both with { Cells = [.. both.Cells.Except(others)] });
    }

    private static ThroughputCell Unmarked(ThroughputCell cell) => cell with { Design = cell.Design.Split(Mark)[0] };
}
