using System.Globalization;
using System.Text;

namespace NatAllocBench.Tracing;

/// <summary>Draws a timeline as an SVG picture.</summary>
public static class TimelineSvg
{
    private const int Width = 900;
    private const int Left = 20;
    private const int Right = Width - 20;
    private const int LaneTop = 78;
    private const int LaneStep = 64;
    private const int BarHeight = 26;
    private const int MostTicks = 10;
    private static readonly string[] Colours = ["#9ecae1", "#fdae6b", "#de2d26"];

    private const string Grey = "rgba(128,128,128,0.3)";

    // No ground of its own, and a text that is light on a dark page.
    private const string Style =
        "<style>svg { color: #222222; fill: currentColor } @media (prefers-color-scheme: dark) { svg { color: #dddddd } }</style>";

    /// <summary>The picture.</summary>
    public static string Write(Timeline timeline)
    {
        int axis = LaneTop + (timeline.Lanes.Count * LaneStep);
        int height = axis + 48 + (timeline.Disturbances.Count * 16);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture,
            $"""<svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{height}" viewBox="0 0 {Width} {height}" role="img" """);
        svg.Append("font-family=\"sans-serif\" font-size=\"12\">");
        svg.Append('\n');
        svg.Append(Style).Append('\n').Append(CultureInfo.InvariantCulture, $"<title>{Escape(timeline.Title)}</title>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<desc>{Escape(string.Join(' ', timeline.Lanes.Select(Describe)))}</desc>\n");
        Text(svg, Left, 22, timeline.Title, "start", 15);
        WriteLegend(svg);
        foreach (TimelineBand band in timeline.Disturbances)
        {
            for (int i = 0; i < timeline.Lanes.Count; i++)
            {
                if (band.Cpu is null || band.Cpu == timeline.Lanes[i].Connection.Cpu)
                {
                    Box(svg, X(timeline, band.FromNs), LaneTop - 22 + (i * LaneStep), X(timeline, band.ToNs), LaneStep, Grey, band.Label);
                }
            }
        }

        for (int i = 0; i < timeline.Lanes.Count; i++)
        {
            WriteLane(svg, timeline, timeline.Lanes[i], LaneTop + (i * LaneStep));
        }

        WriteAxis(svg, timeline, axis);
        for (int i = 0; i < timeline.Disturbances.Count; i++)
        {
            TimelineBand band = timeline.Disturbances[i];
            Text(svg, Left, axis + 56 + (i * 16), $"grey: {band.Label} {Figure.Ns(band.FromNs)} to {Figure.Ns(band.ToNs)} ns", "start", 12);
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void WriteLegend(StringBuilder svg)
    {
        string[] names = ["choose a port", "rewrite and added wait (window)", "confirm (window)"];
        double x = Left;
        for (int i = 0; i < names.Length; i++)
        {
            Box(svg, x, 34, x + 12, 12, Colours[i], names[i]);
            Text(svg, x + 17, 44, names[i], "start", 12);
            x += 40 + (7 * names[i].Length);
        }
    }

    private static void WriteLane(StringBuilder svg, Timeline timeline, TimelineLane lane, int top)
    {
        Text(svg, Left, top - 5, lane.Label, "start", 12);
        int phase = 0;
        foreach ((string name, double from, double to) in lane.Phases)
        {
            Box(svg, X(timeline, from), top, X(timeline, to), BarHeight, Colours[phase++], $"{name}: {Figure.Ns(to - from)} ns");
        }

        Text(svg, X(timeline, lane.EndNs), top + BarHeight + 13, End(lane), "end", 12);
    }

    /// <summary>A lane in words, for those who cannot see it.</summary>
    private static string Describe(TimelineLane lane)
    {
        IEnumerable<string> phases = lane.Phases.Select(phase => $"{phase.Name} {Figure.Ns(phase.ToNs - phase.FromNs)} ns");
        return $"{lane.Label}: {string.Join(", ", phases)}, {End(lane)}.";
    }

    private static string End(TimelineLane lane) => lane.Role == "winner" ? "inserted" : "insert_failed";

    private static void WriteAxis(StringBuilder svg, Timeline timeline, int y)
    {
        Box(svg, Left, y, Right, 1, "currentColor", "time");
        double step = Step(timeline.LengthNs / MostTicks);
        for (double ns = 0; ns <= timeline.LengthNs; ns += step)
        {
            Box(svg, X(timeline, ns) - 0.5, y, X(timeline, ns) + 0.5, 5, "currentColor", "");
            Text(svg, X(timeline, ns), y + 19, Figure.Ns(ns), ns == 0 ? "start" : X(timeline, ns) > Right - 20 ? "end" : "middle", 12);
        }

        Text(svg, Right, y + 36, "ns since the first of the two packets reached the kernel", "end", 12);
    }

    /// <summary>The next step of 1, 2, 5, 10, 20 and so on that is at least as long.</summary>
    private static double Step(double least)
    {
        double decade = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(1, least))));
        return decade * (least <= decade ? 1 : least <= 2 * decade ? 2 : least <= 5 * decade ? 5 : 10);
    }

    private static double X(Timeline timeline, double ns) => Left + ((Right - Left) * ns / Math.Max(1, timeline.LengthNs));

    private static void Box(StringBuilder svg, double from, int top, double to, int height, string colour, string title)
    {
        svg.Append(CultureInfo.InvariantCulture,
            $"""<rect x="{from:0.##}" y="{top}" width="{Math.Max(0.5, to - from):0.##}" height="{height}" fill="{colour}">""");
        svg.Append(CultureInfo.InvariantCulture, $"<title>{Escape(title)}</title></rect>\n");
    }

    private static void Text(StringBuilder svg, double x, int y, string text, string anchor, int size) => svg.Append(
        CultureInfo.InvariantCulture,
        $"""<text x="{x:0.##}" y="{y}" text-anchor="{anchor}" font-size="{size}">{Escape(text)}</text>""").Append('\n');

    private static string Escape(string text) => System.Security.SecurityElement.Escape(text);
}
