using NatAllocBench.Reports.Tables;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace NatAllocBench.Reports.Charts;

/// <summary>Draws charts as SVG: dark text on an opaque white ground, which reads the same on a light and on a dark page.</summary>
public static class ChartDrawing
{
    private const double Width = 860;
    private const double Height = 480;
    private const string SansSerif = "Arial";

    // Okabe and Ito's colours, which colour-blind readers can tell apart, without the yellow that vanishes on white.
    private static readonly OxyColor[] Palette =
    [
        OxyColor.Parse("#0072B2"), OxyColor.Parse("#D55E00"), OxyColor.Parse("#009E73"),
        OxyColor.Parse("#CC79A7"), OxyColor.Parse("#E69F00"), OxyColor.Parse("#56B4E9"), OxyColor.Parse("#333333"),
    ];

    private static readonly MarkerType[] Markers = [MarkerType.Circle, MarkerType.Square, MarkerType.Diamond];
    private static readonly LineStyle[] Dashes = [LineStyle.Solid, LineStyle.Dash, LineStyle.Dot];
    private static readonly OxyColor Ink = OxyColor.Parse("#222222");
    private static readonly OxyColor Grid = OxyColor.Parse("#DDDDDD");

    // A triangle that points down: the value lies somewhere below.
    private static readonly ScreenPoint[] DownTriangle = [new(-1, -0.7), new(1, -0.7), new(0, 1)];

    /// <summary>Draws a chart.</summary>
    /// <param name="chart">The chart.</param>
    /// <returns>An SVG fragment with LF line ends, a function of the chart alone.</returns>
    public static string Svg(Chart chart)
    {
        PlotModel model = new()
        {
            Title = Fitting(chart.Title, 78),
            TitleHorizontalAlignment = TitleHorizontalAlignment.CenteredWithinView,
            Subtitle = chart.Note.Length > 0 ? Fitting(chart.Note, 115) : null,
            DefaultFont = SansSerif,
            TitleFontSize = 16,
            TitlePadding = 8,
            SubtitleFontSize = 12,
            Background = OxyColors.White,
            TextColor = Ink,
            PlotAreaBorderColor = Ink,
            Padding = new OxyThickness(10, 10, 16, 10),
        };
        model.Axes.Add(XAxis(chart));
        model.Axes.Add(YAxis(chart));
        model.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside,
            LegendPosition = LegendPosition.RightTop,
            LegendFontSize = 12,
            LegendTextColor = Ink,
        });
        for (int i = 0; i < chart.Lines.Count; i++)
        {
            // Beside each other rather than over each other, all lines of a value within half of its room.
            double shift = Math.Min(0.06, 0.5 / chart.Lines.Count) * (i - ((chart.Lines.Count - 1) / 2.0));
            foreach (Series series in chart.IsHistogram ? [Steps(chart.Lines[i], i)] : Draw(chart.Lines[i], i, shift, chart.IsLogarithmic ? LogFloor(chart) : 0))
            {
                model.Series.Add(series);
            }
        }

        string svg = SvgExporter.ExportToString(model, Width, Height, false, new TextMeasurer());
        return OnBaseline(svg).ReplaceLineEndings("\n").TrimEnd() + "\n";
    }

    // Not every renderer knows dominant-baseline; all know dy. The fractions are those of the usual sans-serif faces.
    private static string OnBaseline(string svg) => svg
        .Replace(" dominant-baseline=\"hanging\"", " dy=\"0.74em\"", StringComparison.Ordinal)
        .Replace(" dominant-baseline=\"middle\"", " dy=\"0.36em\"", StringComparison.Ordinal)
        .Replace(" dominant-baseline=\"baseline\"", "", StringComparison.Ordinal);

    // How many of the values have room for their labels.
    private static double Labels(Chart chart)
    {
        const double PlotWidth = 560;
        const double CharacterWidth = 7.5;
        const double Gap = 14;
        return Math.Floor(PlotWidth / ((chart.XValues.Max(v => Label(v).Length) * CharacterWidth) + Gap));
    }

    // The picture has room for so many characters.
    private static string Fitting(string text, int most)
    {
        string plain = PlainText.OneLine(text);
        return plain.Length <= most ? plain : $"{plain.AsSpan(0, most - 3)}...";
    }

    private static LinearAxis XAxis(Chart chart) => new()
    {
        Position = AxisPosition.Bottom,
        Title = chart.XTitle,
        FontSize = 12,
        AxisTitleDistance = 6,
        Minimum = chart.IsHistogram ? 0 : -0.5,
        Maximum = chart.IsHistogram ? chart.XValues.Count - 1 : chart.XValues.Count - 0.5,
        MajorStep = Math.Ceiling(chart.XValues.Count / Labels(chart)),
        MinorTickSize = 0,
        LabelFormatter = v => v >= 0 && v < chart.XValues.Count && v == Math.Floor(v) ? Label(chart.XValues[(int)v]) : "",
    };

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
                Maximum = ends.Max() * 1.08,
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
            Maximum = Math.Pow(10, Math.Ceiling(Math.Log10(ends.Max()) + 0.02)) * (1 + 1e-9),
            LabelFormatter = Label,
            MajorGridlineStyle = LineStyle.Solid,
            MajorGridlineColor = Grid,
        };
    }

    private static double LogFloor(Chart chart)
    {
        double lowest = chart.Lines.SelectMany(l => l.Points).Select(p => p.Y ?? p.High).OfType<double>().Where(v => v > 0).Min();

        // One decade more for bars: the lower end of a single failure lies many decades down and would flatten everything else.
        int room = chart.Lines.Any(l => l.Points.Any(p => p.Low is not null)) ? 1 : 0;
        return Math.Pow(10, Math.Floor(Math.Log10(lowest) - 0.02) - room);
    }

    private static LineSeries Steps(ChartLine line, int index)
    {
        LineSeries steps = new()
        {
            Title = Fitting(line.Name, 40),
            Color = Palette[index % Palette.Length],
            StrokeThickness = 1.5,
            LineStyle = Dashes[index / Palette.Length % Dashes.Length],
        };
        foreach (ChartPoint point in line.Points)
        {
            steps.Points.AddRange([new DataPoint(point.XIndex, point.Y ?? 0), new DataPoint(point.XIndex + 1, point.Y ?? 0)]);
        }

        return steps;
    }

    private static IEnumerable<Series> Draw(ChartLine line, int index, double shift, double floor)
    {
        OxyColor color = Palette[index % Palette.Length];
        LineSeries values = new()
        {
            Title = Fitting(line.Name, 40),
            Color = color,
            StrokeThickness = 1.5,
            LineStyle = Dashes[index / Palette.Length % Dashes.Length],
            MarkerType = Markers[index % Markers.Length],
            MarkerSize = 4,
            MarkerFill = color,
        };
        LineSeries bars = new() { Color = color, StrokeThickness = 1, LineStyle = LineStyle.Solid };
        ScatterSeries bounds = new()
        {
            MarkerType = MarkerType.Custom,
            MarkerOutline = DownTriangle,
            MarkerSize = 5,
            MarkerFill = OxyColors.White,
            MarkerStroke = color,
            MarkerStrokeThickness = 1.5,
        };
        foreach (ChartPoint point in line.Points)
        {
            double x = point.XIndex + shift;
            values.Points.Add(new DataPoint(x, point.Y ?? double.NaN));
            if (point is { Y: null, High: { } bound })
            {
                bounds.Points.Add(new ScatterPoint(x, bound));
            }
            else if (point is { Low: { } low, High: { } high })
            {
                bars.Points.AddRange([new DataPoint(x, Math.Max(low, floor)), new DataPoint(x, high), DataPoint.Undefined]);
            }
        }

        return [bars, values, bounds];
    }

    private static string Label(double value) => value == 0 ? "0" : Figures.Exact(Math.Round(value, 12));
}
