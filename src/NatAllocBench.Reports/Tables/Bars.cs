namespace NatAllocBench.Reports.Tables;

/// <summary>Bars of block characters.</summary>
internal static class Bars
{
    private const string Eighths = "▏▎▍▌▋▊▉";
    private const char Full = '█';

    /// <summary>A bar; a length above 0 is at least a hair, so that it is told from none.</summary>
    /// <param name="share">Its share of the longest bar, 0 to 1.</param>
    /// <param name="width">Characters of the longest bar.</param>
    /// <param name="unicode">Whether the terminal can show block characters.</param>
    /// <returns>At most <paramref name="width"/> characters.</returns>
    public static string Of(double share, int width, bool unicode)
    {
        if (!(share > 0))
        {
            return "";
        }

        if (!unicode)
        {
            return new string('#', Math.Max(1, (int)Math.Round(share * width)));
        }

        int eighths = Math.Max(1, (int)Math.Round(share * width * 8));
        return new string(Full, eighths / 8) + (eighths % 8 > 0 ? Eighths[(eighths % 8) - 1].ToString() : "");
    }
}
