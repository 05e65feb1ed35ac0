using System.Globalization;
using System.Text.RegularExpressions;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Charts;

/// <summary>
/// The charts of the price list: refusal against occupancy, and loss against the rate of connections. No row is left out.
/// </summary>
internal static partial class PriceCharts
{
    /// <summary>The preset whose runs have them.</summary>
    public const string Preset = "prices";

    private const string Bars = "Bars: 95 % intervals. Triangles: none seen, upper bound.";

    // Shares of attempts that differ by less are drawn as one.
    private const double Same = 0.02;

    /// <summary>The charts of a run of the price list; none where fewer than two points were measured.</summary>
    public static IEnumerable<Chart> Build(IReadOnlyList<ScenarioCell> cells) => Of(
        "prices-refused-occupancy.svg",
        "Refused connections against occupancy",
        $"Systems whose shares differ by less than {Same * 100:0} % of the attempts share a line; so do those that refused none. All modes "
            + $"of Linux refuse as default does. {Bars}",
        "share of the ports in use (%)",
        "refused (% of attempts)",
        [.. Groups([.. cells.Where(c => c.Table == "lost and refused" && c.Mode == "default")], RefusedAt(), joinsLosers: true)],
        RefusedAt())
        .Concat(Of(
            "prices-loss-rate.svg",
            "Connections lost between choice and insertion, against the rate",
            $"40 clients with a common sequence of source ports, Poisson arrivals, 700 ns added. Rows that lost none share a line. {Bars}",
            "connections per second",
            "lost (% of attempts)",
            [.. Groups([.. cells.Where(c => c.Table == "lost against rate")], LostAt(), joinsLosers: false)],
            LostAt()));

    private static IEnumerable<Chart> Of(
        string file, string title, string note, string xTitle, string yTitle, ScenarioCell[][] groups, Regex figure)
    {
        double[] values =
            [.. groups.SelectMany(g => g).SelectMany(row => row.Figures).Select(f => Value(f, figure)).OfType<double>().Distinct().Order()];
        if (values.Length > 1)
        {
            yield return new Chart(
                file, title, note, xTitle, yTitle, IsLogarithmic: true, values, [.. groups.Select(group => Line(group, values, figure))])
            {
                Limit = 100,
            };
        }
    }

    private static ChartLine Line(ScenarioCell[] group, double[] values, Regex figure) => new(
        Name(group),
        [.. Figures(group[0], figure).Select(f => Point(f, Array.IndexOf(values, Value(f, figure)!.Value)))]);

    // The rows that are drawn as one line, those that rise highest first, and at last those with nothing but zeros.
    private static IEnumerable<ScenarioCell[]> Groups(ScenarioCell[] rows, Regex figure, bool joinsLosers)
    {
        ScenarioCell[] measured = [.. rows.Where(row => Figures(row, figure).Any())];
        var groups = new List<List<ScenarioCell>>();
        foreach (ScenarioCell row in measured)
        {
            double[] curve = Curve(row, figure);
            bool isZero = curve.All(value => value == 0);
            List<ScenarioCell>? alike = groups.Find(group => Curve(group[0], figure) is var other && other.Length == curve.Length
                && (isZero || other.All(value => value == 0)
                    ? isZero && other.All(value => value == 0)
                    : joinsLosers && other.Zip(curve).All(pair => Math.Abs(pair.First - pair.Second) < Same)));
            if (alike is null)
            {
                groups.Add([row]);
            }
            else
            {
                alike.Add(row);
            }
        }

        return groups.OrderByDescending(group => Curve(group[0], figure).Sum()).Select(group => group.ToArray());
    }

    // "ovs 3.3 3.7, vpp ei": each product once.
    private static string Name(ScenarioCell[] group) => string.Join(", ", group.GroupBy(row => row.Parameters.GetValueOrDefault("system"))
            .Select(rows => (rows.Key, Names: rows.Select(row => row.Mode == "default" ? row.Era : $"{row.Era} {row.Mode}").Distinct()))
            .Select(rows => $"{rows.Key} {string.Join(' ', rows.Names)}"));

    private static IEnumerable<ScenarioFigure> Figures(ScenarioCell row, Regex figure) =>
        row.Figures.Where(f => Value(f, figure) is not null);

    private static double[] Curve(ScenarioCell row, Regex figure) => [.. Figures(row, figure).Select(f => f.Measured)];

    private static ChartPoint Point(ScenarioFigure figure, int x) => figure.Measured > 0
        ? new ChartPoint(x, figure.Measured * 100, figure.Low * 100, figure.High * 100)
        : new ChartPoint(x, null, null, figure.High * 100);

    private static double? Value(ScenarioFigure figure, Regex pattern) => pattern.Match(figure.Name) is { Success: true } match
        ? double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
        : null;

    [GeneratedRegex(@"^refused at ([0-9.]+) %$")]
    private static partial Regex RefusedAt();

    [GeneratedRegex(@"^lost at ([0-9.]+) conn/s$")]
    private static partial Regex LostAt();
}
