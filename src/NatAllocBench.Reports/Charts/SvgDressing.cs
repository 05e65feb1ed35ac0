using System.Security;
using System.Text.RegularExpressions;

namespace NatAllocBench.Reports.Charts;

/// <summary>Makes a drawn chart readable on light and dark pages, by every renderer and by a screen reader.</summary>
internal static partial class SvgDressing
{
    /// <summary>The colour that the drawing gives to text and axes; it becomes that of the page's text.</summary>
    public const string Ink = "#222222";

    private const string InkInSvg = "rgb(34,34,34)";

    private const string Style =
        "<style>svg { color: #222222 } @media (prefers-color-scheme: dark) { svg { color: #dddddd } }</style>";

    /// <summary>Adds names, a description and the style.</summary>
    /// <param name="svg">The picture as it was drawn.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="description">The same in more words.</param>
    /// <returns>An SVG fragment with LF line ends.</returns>
    public static string Apply(string svg, string title, string description)
    {
        string drawn = OnBaseline(svg).Replace(InkInSvg, "currentColor", StringComparison.Ordinal).ReplaceLineEndings("\n").TrimEnd();
        string head = $"<title>{SecurityElement.Escape(title)}</title><desc>{SecurityElement.Escape(description)}</desc>{Style}";
        return Opening().Replace(drawn, match => $"<svg role=\"img\"{match.Groups[1].Value}>\n{head}", 1) + "\n";
    }

    // Not every renderer knows dominant-baseline; all know dy. The fractions are those of the usual sans-serif faces.
    private static string OnBaseline(string svg) => svg
        .Replace(" dominant-baseline=\"hanging\"", " dy=\"0.74em\"", StringComparison.Ordinal)
        .Replace(" dominant-baseline=\"middle\"", " dy=\"0.36em\"", StringComparison.Ordinal)
        .Replace(" dominant-baseline=\"baseline\"", "", StringComparison.Ordinal);

    [GeneratedRegex("<svg([^>]*)>")]
    private static partial Regex Opening();
}
