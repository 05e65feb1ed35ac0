using System.Globalization;
using System.Security;
using System.Text;

namespace NatAllocBench.Exploration.Cells;

/// <summary>A witness as a picture: a lane for each thread, time downwards. It needs no other file and no script.</summary>
internal static class WitnessPicture
{
    private const int Lane = 430;
    private const int Left = 46;
    private const int Top = 44;
    private const int Row = 17;
    private const string Style =
        "svg { color: #222222; fill: currentColor } @media (prefers-color-scheme: dark) { svg { color: #dddddd } .step { fill: #8ab4f8 } }";

    private const string Bold = " font-weight=\"bold\" fill=\"#c40\"";

    /// <summary>The picture as SVG.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="threads">Number of threads.</param>
    /// <param name="steps">The steps in their order; a remark begins with <c>&gt;</c>.</param>
    public static string ToSvg(string title, int threads, IReadOnlyList<(int Thread, string Step)> steps)
    {
        int width = Left + (threads * Lane);
        int height = Top + ((steps.Count + 1) * Row);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"
                font-family="sans-serif" font-size="12">
            <style>{Style}</style>
            <title>{SecurityElement.Escape(title)}</title>
            <desc>{steps.Count} steps of {threads} threads in the order in which they ran, a lane for each thread, time downwards.</desc>

            """);
        for (int thread = 0; thread < threads; thread++)
        {
            int x = Left + (thread * Lane);
            svg.Append(CultureInfo.InvariantCulture, $"""
                <text x="{x + 8}" y="{Top - 20}" font-weight="bold">thread {thread}</text>
                <line x1="{x}" y1="{Top - 12}" x2="{x}" y2="{height}" stroke="#999"/>

                """);
        }

        for (int i = 0; i < steps.Count; i++)
        {
            (int thread, string step) = steps[i];
            int x = Left + (thread * Lane);
            int y = Top + ((i + 1) * Row);
            bool isRemark = step.StartsWith('>');
            if (i > 0 && steps[i - 1].Thread != thread)
            {
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"<line x1=\"{Left}\" y1=\"{y - 13}\" x2=\"{width}\" y2=\"{y - 13}\" stroke=\"#ddd\"/>\n");
            }

            svg.Append(CultureInfo.InvariantCulture, $"""
                <text x="4" y="{y}" fill="#999">{i + 1}</text>
                <circle cx="{x}" cy="{y - 4}" r="3" {(isRemark ? "fill=\"#c40\"" : "class=\"step\" fill=\"#036\"")}/>
                <text x="{x + 8}" y="{y}"{(isRemark ? Bold : "")}>{SecurityElement.Escape(isRemark ? step[2..] : step)}</text>

                """);
        }

        return svg.Append("</svg>\n").ToString();
    }
}
