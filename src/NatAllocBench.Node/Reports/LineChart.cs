using NatAllocBench.Reports.Charts;

namespace NatAllocBench.Node.Reports;

/// <summary>Shares, logarithmic, over a quantity: what is computed, drawn in the way of what is measured.</summary>
public static class LineChart
{
    private const double Lowest = 1e-9;
    private const string Source = "Computed, not measured. A share below 1e-9 is drawn there.";

    /// <summary>Draws the chart.</summary>
    /// <param name="title">Title.</param>
    /// <param name="note">What the shares rest on.</param>
    /// <param name="across">Title of the axis across.</param>
    /// <param name="up">Title of the axis up.</param>
    /// <param name="lines">A name and points for each line; shares below 1e-9 are drawn there.</param>
    /// <returns>An SVG document.</returns>
    /// <exception cref="NodeInputException">No line has a point.</exception>
    public static string Svg(
        string title, string note, string across, string up, IEnumerable<(string Name, IEnumerable<(double X, double Y)> Points)> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        (string Name, (double X, double Y)[] Points)[] drawn = [.. lines.Select(line => (line.Name, line.Points.ToArray()))];
        double[] values = [.. drawn.SelectMany(line => line.Points).Select(point => point.X).Distinct().Order()];
        if (values.Length == 0)
        {
            throw new NodeInputException("the chart would be empty: nothing that was asked for is predicted; ask for other rows");
        }

        return ChartDrawing.Svg(new Chart(
            "", title, note, across, up, IsLogarithmic: true, values, [.. drawn.Select(line => Line(line.Name, line.Points, values))])
        {
            Limit = 1,
            Source = Source,
        });
    }

    private static ChartLine Line(string name, (double X, double Y)[] points, double[] values) => new(
        name,
        [.. points.Select(point => new ChartPoint(Array.BinarySearch(values, point.X), Math.Max(Lowest, point.Y), null, null))]);
}
