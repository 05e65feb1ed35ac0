using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Comparison;

/// <summary>A pair of runs of the same code, divided into its two sides in two ways.</summary>
/// <param name="Turns">The sides as their processes took turns; a row per kind of figure.</param>
/// <param name="Apart">The same processes as two runs would have made them, one after the other.</param>
public sealed record MeasuredPair(IReadOnlyList<MeasuredPair.Sides> Turns, IReadOnlyList<MeasuredPair.Sides> Apart)
{
    /// <summary>The runs of one kind of figure.</summary>
    /// <param name="Figure">The kind, of <see cref="FigureKind"/>.</param>
    /// <param name="First">The base.</param>
    /// <param name="Second">The other side.</param>
    /// <param name="Harder">What the processes of the other side measured with more work; its cells are named as theirs.</param>
    public sealed record Sides(string Figure, RunRecord First, RunRecord Second, RunRecord Harder)
    {
        /// <summary>Whether failure rates are compared, not speeds.</summary>
        internal bool IsRate => Figure is FigureKind.RaceRate or FigureKind.RoverRate;
    }
}
