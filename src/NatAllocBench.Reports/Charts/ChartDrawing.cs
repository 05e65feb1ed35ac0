using NatAllocBench.Reports.Tables;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace NatAllocBench.Reports.Charts;

/// <summary>Draws charts as SVG: on a transparent ground, in colours that are readable on a light and on a dark page.</summary>
public static class ChartDrawing
{
    private const double Width = 860;
    private const double Height = 480;
    private const string SansSerif = "Arial";

    // Values that differ by this factor are set at equal steps for equal factors.
    private const double LogFrom = 20;

    // Okabe and Ito's colours, which colour-blind readers can tell apart, without the yellow that vanishes on white and with grey for
    // black.
    private static readonly OxyColor[] Palette =
    [
        OxyColor.Parse("#0072B2"), OxyColor.Parse("#D55E00"), OxyColor.Parse("#009E73"),
        OxyColor.Parse("#CC79A7"), OxyColor.Parse("#E69F00"), OxyColor.Parse("#56B4E9"), OxyColor.Parse("#888888"),
    ];

    private static readonly MarkerType[] Markers = [MarkerType.Circle, MarkerType.Square, MarkerType.Diamond];
    private static readonly LineStyle[] Dashes = [LineStyle.Solid, LineStyle.Dash, LineStyle.Dot];
    private static readonly OxyColor Ink = OxyColor.Parse(SvgDressing.Ink);
    private static readonly OxyColor Grid = OxyColor.FromAColor(90, OxyColor.Parse("#888888"));

    // A triangle that points down: the value lies somewhere below.
    private static readonly ScreenPoint[] DownTriangle = [new(-1, -0.7), new(1, -0.7), new(0, 1)];

    /// <summary>Draws a chart.</summary>
    /// <returns>An SVG fragment with LF line ends, a function of the chart alone.</returns>
    public static string Svg(Chart chart)
    {
        PlotModel model = new()
        {
            Title = Fitting(chart.Title, 78),
            TitleHorizontalAlignment = TitleHorizontalAlignment.CenteredWithinView,
            Subtitle = string.Join('\n', new[] { chart.Source, chart.Note }.SelectMany(line => Wrapped(line, 125))),
            DefaultFont = SansSerif,
            TitleFontSize = 16,
            TitlePadding = 8,
            SubtitleFontSize = 11,
            TextColor = Ink,
            PlotAreaBorderColor = Ink,
            Padding = new OxyThickness(10, 10, 16, 10),
        };
        foreach (Axis axis in (Axis[])[XAxis(chart), YAxis(chart)])
        {
            axis.TicklineColor = Ink;
            axis.MinorTicklineColor = Ink;
            model.Axes.Add(axis);
        }

        model.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside,
            LegendPosition = LegendPosition.RightTop,
            LegendFontSize = 12,
            LegendTextColor = Ink,
        });
        double floor = chart.IsLogarithmic ? LogFloor(chart) : 0;
        for (int i = 0; i < chart.Lines.Count; i++)
        {
            foreach (Series series in chart.IsHistogram ? [Steps(chart, i)] : Draw(chart, i, floor))
            {
                model.Series.Add(series);
            }
        }

        string svg = SvgExporter.ExportToString(model, Width, Height, false, new TextMeasurer());
        string legend = string.Join(", ", chart.Lines.Select(line => PlainText.OneLine(line.Name)));
        return SvgDressing.Apply(svg, PlainText.OneLine(chart.Title), PlainText.OneLine(
            $"{chart.YTitle} against {chart.XTitle}: {legend}. {chart.Note} {chart.Source}"));
    }

    // Lines of so many characters at most, broken between words; a longer word stays whole.
    private static IEnumerable<string> Wrapped(string text, int most)
    {
        string line = "";
        foreach (string word in PlainText.OneLine(text).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > most)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        if (line.Length > 0)
        {
            yield return line;
        }
    }

    // The picture has room for so many characters.
    private static string Fitting(string text, int most)
    {
        string plain = PlainText.OneLine(text);
        return plain.Length <= most ? plain : $"{plain.AsSpan(0, most - 3)}...";
    }

    private static Axis XAxis(Chart chart)
    {
        IReadOnlyList<double> values = chart.XValues;
        bool isLogarithmic = chart.Categories is null && values[0] > 0 && (chart.IsHistogram || values[^1] / values[0] >= LogFrom);
        Axis axis = isLogarithmic ? new LogarithmicValueAxis(values) : new LinearValueAxis(values);

        // A little room on both sides, so that no point lies on the frame.
        double room = isLogarithmic ? Math.Pow(values[^1] / values[0], 0.06) : Math.Max(0.5, (values[^1] - values[0]) * 0.06);
        axis.Position = AxisPosition.Bottom;
        axis.Title = chart.XTitle;
        axis.FontSize = 12;
        axis.AxisTitleDistance = 6;
        axis.MinorTickSize = 0;
        axis.Minimum = chart.IsHistogram ? values[0] : isLogarithmic ? values[0] / room : values[0] - room;
        axis.Maximum = chart.IsHistogram ? values[^1] : isLogarithmic ? values[^1] * room : values[^1] + room;
        axis.LabelFormatter = v => chart.Categories is { } names ? Category(names, v) : Label(v);
        return axis;
    }

    private static string Category(IReadOnlyList<string> names, double value) =>
        value >= 0 && value < names.Count && value == Math.Floor(value) ? Fitting(names[(int)value], 30) : "";

    private static Axis YAxis(Chart chart)
    {
        double[] ends = [.. chart.Lines.SelectMany(l => l.Points).SelectMany(p => new[] { p.Y, p.Low, p.High }).OfType<double>()];
        if (!chart.IsLogarithmic)
        {
            return new LinearAxis
            {
                Position = AxisPosition.Left,
                Title = chart.YTitle,
                FontSize = 12,
                AxisTitleDistance = 6,
                Minimum = 0,
                Maximum = Math.Min(ends.Max() * 1.08, chart.Limit ?? double.MaxValue),
                MajorGridlineStyle = LineStyle.Solid,
                MajorGridlineColor = Grid,
            };
        }

        // Whole decades around the values and bounds, so that every axis has at least two labels.
        return new LogarithmicAxis
        {
            Position = AxisPosition.Left,
            Title = chart.YTitle,
            FontSize = 12,
            AxisTitleDistance = 6,
            Minimum = LogFloor(chart),
            // A hair above the decade, lest its label fall victim to rounding.
            Maximum = Math.Min(Math.Pow(10, Math.Ceiling(Math.Log10(ends.Max()) + 0.05)), chart.Limit ?? double.MaxValue) * (1 + 1e-9),
            LabelFormatter = Label,
            MajorGridlineStyle = LineStyle.Solid,
            MajorGridlineColor = Grid,
        };
    }

    private static double LogFloor(Chart chart)
    {
        double lowest = chart.Lines.SelectMany(l => l.Points).Select(p => p.Y ?? p.High).OfType<double>().Where(v => v > 0).Min();

        // The lower end of a single failure lies many decades down and would flatten everything else: its bar is cut at the frame.
        return Math.Pow(10, Math.Floor(Math.Log10(lowest) - 0.15));
    }

    private static LineSeries Steps(Chart chart, int index)
    {
        LineSeries steps = Line(chart.Lines[index].Name, index);
        foreach (ChartPoint point in chart.Lines[index].Points)
        {
            steps.Points.AddRange(
            [
                new DataPoint(chart.XValues[point.XIndex], point.Y ?? 0), new DataPoint(chart.XValues[point.XIndex + 1], point.Y ?? 0),
            ]);
        }

        return steps;
    }

    private static IEnumerable<Series> Draw(Chart chart, int index, double floor)
    {
        OxyColor color = Palette[index % Palette.Length];
        LineSeries values = Line(chart.Lines[index].Name, index);
        values.MarkerType = Markers[index % Markers.Length];
        values.MarkerSize = 4;
        values.MarkerFill = color;

        // Two values, or names, are no course that a line could follow, nor is there one in the legend.
        if (chart.Categories is not null || chart.XValues.Count < 3)
        {
            values.LineStyle = LineStyle.None;
            values.Color = OxyColors.Transparent;
        }

        LineSeries bars = new() { Color = color, StrokeThickness = 1, LineStyle = LineStyle.Solid };
        ScatterSeries bounds = Hollow(color, MarkerType.Custom);
        ScatterSeries thin = Hollow(color, values.MarkerType);

        // Names have room beside each other; a number stands where it belongs.
        double shift = chart.Categories is null ? 0 : Math.Min(0.12, 0.5 / chart.Lines.Count) * (index - ((chart.Lines.Count - 1) / 2.0));
        foreach (ChartPoint point in chart.Lines[index].Points)
        {
            double x = chart.XValues[point.XIndex] + shift;
            values.Points.Add(new DataPoint(x, point is { IsThin: false, Y: { } y } ? y : double.NaN));
            if (point is { Y: null, High: { } bound })
            {
                bounds.Points.Add(new ScatterPoint(x, bound));
            }
            else if (point is { IsThin: true, Y: { } single })
            {
                thin.Points.Add(new ScatterPoint(x, single));
            }

            if (point is { Y: not null, Low: { } low, High: { } high })
            {
                bars.Points.AddRange([new DataPoint(x, Math.Max(low, floor)), new DataPoint(x, high), DataPoint.Undefined]);
            }
        }

        return [bars, values, bounds, thin];
    }

    private static LineSeries Line(string name, int index) => new()
    {
        Title = string.Join('\n', Wrapped(name, 40)),
        Color = Palette[index % Palette.Length],
        StrokeThickness = 1.5,
        LineStyle = Dashes[index / Palette.Length % Dashes.Length],
    };

    private static ScatterSeries Hollow(OxyColor color, MarkerType marker) => new()
    {
        MarkerType = marker,
        MarkerOutline = DownTriangle,
        MarkerSize = 5,
        MarkerFill = OxyColors.Transparent,
        MarkerStroke = color,
        MarkerStrokeThickness = 1.5,
    };

    private static string Label(double value) =>
        value == 0 ? "0" : value >= 10_000
            && value == Math.Floor(value) ? Figures.Count((long)value) : Figures.Exact(Math.Round(value, 12));
}
