using System.Globalization;
using NatAllocBench.Node.Reports;

namespace NatAllocBench.Node.Planning;

/// <summary>Loss over the rate, a line for each number of addresses.</summary>
public static class PlanChart
{
    private const int Points = 24;

    /// <summary>Draws the chart.</summary>
    /// <param name="planner">The plan.</param>
    /// <param name="rows">Its rows, whose addresses become lines.</param>
    /// <param name="note">What was planned for.</param>
    /// <returns>An SVG document.</returns>
    public static string Svg(Planner planner, IReadOnlyList<PlanRow> rows, string note)
    {
        ArgumentNullException.ThrowIfNull(planner);
        ArgumentNullException.ThrowIfNull(rows);
        double highest = rows.Max(row => row.Rate) * 4;
        double[] rates = [.. Enumerable.Range(0, Points).Select(i => Rounded(highest * Math.Pow(0.02, 1 - (i / (Points - 1.0)))))];
        return LineChart.Svg(
            "connections lost over new connections per second",
            note,
            "new connections/s",
            "share lost",
            rows.Select(row => (
                row.Addresses == 1 ? "1 address" : $"{row.Addresses} addresses",
                rates.Select(rate => (rate, planner.Row(row.Addresses, rate).Loss)))));
    }

    // The axis has its labels at these rates.
    private static double Rounded(double rate) =>
        double.Parse(rate.ToString("G2", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
