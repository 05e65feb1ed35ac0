using System.Globalization;
using System.Text.RegularExpressions;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Charts;

/// <summary>The charts of the price list: refusal against occupancy, and loss against the rate of connections.</summary>
internal static partial class PriceCharts
{
    /// <summary>The preset whose runs have them.</summary>
    public const string Preset = "prices";

    private const int MaxLines = 12;
    private const string Bars = "Bars: 95 % intervals. Triangles: none seen, upper bound.";

    /// <summary>The charts of a run of the price list; none where fewer than two points were measured.</summary>
    public static IEnumerable<Chart> Build(IReadOnlyList<ScenarioCell> cells)
    {
        // One curve for all that refuse alike: the first row of each product and every further one that differs from those before.
        ScenarioCell[] refusing = Distinct([.. cells.Where(c => c.Table == "lost and refused" && c.Mode == "default")]);
        return Of(
            "prices-refused-occupancy.svg", "Refused connections against occupancy",
            $"Rows of one product that refuse alike share a line; all modes of Linux do. {Bars}",
            "share of the ports in use (%)", "refused (% of attempts)", refusing, RefusedAt())
            .Concat(Of(
                "prices-loss-rate.svg", "Connections lost between choice and insertion, against the rate",
                $"40 clients with a common sequence of source ports, Poisson arrivals, 700 ns added. {Bars}",
                "connections per second", "lost (% of attempts)", [.. cells.Where(c => c.Table == "lost against rate")], LostAt()));
    }

    private static IEnumerable<Chart> Of(
        string file, string title, string note, string xTitle, string yTitle, ScenarioCell[] rows, Regex figure)
    {
        double[] values = [.. rows.SelectMany(row => row.Figures).Select(f => Value(f, figure)).OfType<double>().Distinct().Order()];
        ChartLine[] lines =
        [
            .. rows.OrderByDescending(row => row.Figures.Where(f => Value(f, figure) is not null).Sum(f => f.Measured)).Take(MaxLines)
                .Select(row => new ChartLine(
                    $"{row.Parameters.GetValueOrDefault("system")} {row.Era}{(row.Mode == "default" ? "" : $" {row.Mode}")}",
                    [.. row.Figures.Where(f => Value(f, figure) is not null).Select(f => Point(f, Array.IndexOf(values, Value(f, figure)!.Value)))])),
        ];
        if (values.Length > 1 && lines.Length > 0)
        {
            string left = rows.Length > MaxLines ? $" The {rows.Length - MaxLines} lowest are in the table only." : "";
            yield return new Chart(file, title, note + left, xTitle, yTitle, IsLogarithmic: true, values, lines);
        }
    }

    private static ScenarioCell[] Distinct(ScenarioCell[] rows)
    {
        const double Same = 0.02;
        var chosen = new List<ScenarioCell>();
        foreach (ScenarioCell row in rows)
        {
            double[] curve = Curve(row);
            if (!chosen.Any(other => other.Parameters.GetValueOrDefault("system") == row.Parameters.GetValueOrDefault("system")
                && Curve(other) is var curve2 && curve2.Length == curve.Length && curve2.Zip(curve).All(p => Math.Abs(p.First - p.Second) < Same)))
            {
                chosen.Add(row);
            }
        }

        return [.. chosen];
    }

    private static double[] Curve(ScenarioCell row) => [.. row.Figures.Where(f => Value(f, RefusedAt()) is not null).Select(f => f.Measured)];

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
