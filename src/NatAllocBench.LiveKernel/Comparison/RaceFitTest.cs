using Perfolizer.Mathematics.Functions;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// Whether one window explains all cells: the squared residuals of the cells, weighed against how much the rounds of one and the same cell
/// differ (a quasi-Poisson F test). Neighbouring cells in which fewer than five losses are expected are added up first.
/// </summary>
/// <param name="Statistic">F: variance between cells around the curve over the variance within cells.</param>
/// <param name="CellDegrees">Degrees of freedom between cells: groups minus the one fitted number.</param>
/// <param name="RoundDegrees">Degrees of freedom within cells.</param>
/// <param name="Overdispersion">Variance within cells over Poisson's, at least 1.</param>
/// <param name="PValue">How often F is at least as large if the curve holds.</param>
internal sealed record RaceFitTest(double Statistic, int CellDegrees, int RoundDegrees, double Overdispersion, double PValue)
{
    private const double LeastExpected = 5;

    /// <summary>Tests the cells against the fitted overlap.</summary>
    /// <param name="lost">Losses by cell and round.</param>
    /// <param name="lostIfAlways">What the model would lose if every pair overlapped, in the same shape.</param>
    /// <param name="overlap">The fitted overlap.</param>
    public static RaceFitTest Of(
        IReadOnlyList<IReadOnlyList<double>> lost, IReadOnlyList<IReadOnlyList<double>> lostIfAlways, double overlap)
    {
        ArgumentNullException.ThrowIfNull(lost);
        ArgumentNullException.ThrowIfNull(lostIfAlways);
        double within = 0;
        int roundDegrees = 0;
        var groups = new List<(double Seen, double Expected)>();
        (double Seen, double Expected) open = (0, 0);
        for (int cell = 0; cell < lost.Count; cell++)
        {
            double own = lost[cell].Sum() / lostIfAlways[cell].Sum();
            double expected = overlap * lostIfAlways[cell].Sum();
            if (expected >= LeastExpected && own > 0 && lost[cell].Count > 1)
            {
                within += lost[cell].Zip(lostIfAlways[cell], (x, e) => Math.Pow(x - (own * e), 2) / (own * e)).Sum();
                roundDegrees += lost[cell].Count - 1;
            }

            open = (open.Seen + lost[cell].Sum(), open.Expected + expected);
            if (open.Expected >= LeastExpected)
            {
                groups.Add(open);
                open = (0, 0);
            }
        }

        if (open.Expected > 0 && groups.Count > 0)
        {
            groups[^1] = (groups[^1].Seen + open.Seen, groups[^1].Expected + open.Expected);
        }

        int cellDegrees = Math.Max(1, groups.Count - 1);
        double overdispersion = roundDegrees > 0 ? Math.Max(1, within / roundDegrees) : 1;
        double between = groups.Sum(group => Math.Pow(group.Seen - group.Expected, 2) / group.Expected);
        double statistic = between / cellDegrees / overdispersion;
        return new RaceFitTest(statistic, cellDegrees, roundDegrees, overdispersion, UpperTail(statistic, cellDegrees, roundDegrees));
    }

    private static double UpperTail(double statistic, int top, int bottom) => bottom == 0 || statistic <= 0
        ? 1
        : BetaFunction.RegularizedIncompleteValue(bottom / 2.0, top / 2.0, bottom / (bottom + (top * statistic)));
}
