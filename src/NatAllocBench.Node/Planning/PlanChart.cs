using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace NatAllocBench.Node.Planning;

/// <summary>Loss over the rate, a line for each number of addresses.</summary>
public static class PlanChart
{
    private const int Points = 24;
    private const double Lowest = 1e-9;

    /// <summary>Draws the chart.</summary>
    /// <param name="planner">The plan.</param>
    /// <param name="rows">Its rows, whose addresses become lines.</param>
    /// <returns>An SVG document.</returns>
    public static string Svg(Planner planner, IReadOnlyList<PlanRow> rows)
    {
        ArgumentNullException.ThrowIfNull(planner);
        ArgumentNullException.ThrowIfNull(rows);
        var model = new PlotModel { Title = "connections lost over new connections per second" };
        model.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Bottom, Title = "new connections/s" });
        model.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Left, Title = "share lost", Minimum = Lowest, Maximum = 1 });
        model.Legends.Add(new Legend { LegendPosition = LegendPosition.TopLeft });
        double highest = rows.Max(row => row.Rate) * 4;
        foreach (PlanRow row in rows)
        {
            var line = new LineSeries { Title = row.Addresses == 1 ? "1 address" : $"{row.Addresses} addresses" };
            for (int i = 0; i < Points; i++)
            {
                double rate = highest * Math.Pow(0.02, 1 - (i / (Points - 1.0)));
                line.Points.Add(new DataPoint(rate, Math.Max(Lowest, planner.Row(row.Addresses, rate).Loss)));
            }

            model.Series.Add(line);
        }

        return SvgExporter.ExportToString(model, 900, 500, isDocument: true);
    }
}
