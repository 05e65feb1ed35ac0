using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace NatAllocBench.Node.Reports;

/// <summary>Shares, logarithmic, over a quantity.</summary>
public static class LineChart
{
    private const double Lowest = 1e-9;

    /// <summary>Draws the chart.</summary>
    /// <param name="title">Title.</param>
    /// <param name="across">Title of the axis across.</param>
    /// <param name="up">Title of the axis up.</param>
    /// <param name="lines">A name and points for each line; shares below 1e-9 are drawn there.</param>
    /// <param name="isShare">Whether the axis across is a share, 0 to 1; else it is logarithmic.</param>
    /// <returns>An SVG document.</returns>
    public static string Svg(string title, string across, string up,
        IEnumerable<(string Name, IEnumerable<(double X, double Y)> Points)> lines, bool isShare = false)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var model = new PlotModel { Title = title };
        model.Axes.Add(isShare
            ? new LinearAxis { Position = AxisPosition.Bottom, Title = across, Minimum = 0, Maximum = 1 }
            : new LogarithmicAxis { Position = AxisPosition.Bottom, Title = across });
        model.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Left, Title = up, Minimum = Lowest, Maximum = 1 });
        model.Legends.Add(new Legend { LegendPosition = LegendPosition.TopLeft });
        foreach ((string name, IEnumerable<(double X, double Y)> points) in lines)
        {
            var line = new LineSeries { Title = name };
            line.Points.AddRange(points.Select(point => new DataPoint(point.X, Math.Max(Lowest, point.Y))));
            model.Series.Add(line);
        }

        return SvgExporter.ExportToString(model, 900, 500, isDocument: true);
    }
}
