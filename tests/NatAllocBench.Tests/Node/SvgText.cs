namespace NatAllocBench.Tests.Node;

/// <summary>What a reader finds in a chart, on a light and on a dark page and without eyes.</summary>
internal static class SvgText
{
    public static void IsDressed(string svg, string title, params string[] subtitles)
    {
        Assert.Contains("<svg role=\"img\"", svg, StringComparison.Ordinal);
        Assert.Contains($"<title>{title}</title><desc>", svg, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", svg, StringComparison.Ordinal);
        Assert.All(subtitles, subtitle => Assert.Contains($">{subtitle}", svg, StringComparison.Ordinal));
    }
}
