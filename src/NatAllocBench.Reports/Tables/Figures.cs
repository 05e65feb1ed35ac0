using System.Globalization;

namespace NatAllocBench.Reports.Tables;

/// <summary>How numbers are written in tables: few digits, thousands grouped, a rate never without its interval.</summary>
public static class Figures
{
    /// <summary>
    /// A failure rate in per cent with its interval, <c>2.31 % [2.10, 2.52]</c>; without failures <c>0 (&lt; 0.0013 %)</c>.
    /// </summary>
    /// <param name="rate">The share, 0 to 1.</param>
    /// <param name="low">The lower end of the interval.</param>
    /// <param name="high">The upper end of the interval.</param>
    /// <returns>The text; a one-sided bound is rounded away from the rate, so that it stays a bound.</returns>
    public static string Rate(double rate, double low, double high)
    {
        if (rate == 0)
        {
            return $"0 (< {Bound(high * 100, Math.Ceiling)} %)";
        }

        double percent = rate * 100;
        if (rate == 1)
        {
            return $"100 % (> {Bound(low * 100, Math.Floor)} %)";
        }

        int decimals = Decimals(percent, 3);
        return $"{Fixed(percent, decimals)} % [{Fixed(low * 100, decimals)}, {Fixed(high * 100, decimals)}]";
    }

    /// <summary>
    /// The same in few characters: two digits of half the interval decide how many decimals are worth printing,
    /// <c>3.52 % [3.41, 3.64]</c> but <c>0.0006 % [0, 0.0033]</c>.
    /// </summary>
    /// <param name="rate">The share, 0 to 1.</param>
    /// <param name="low">The lower end of the interval.</param>
    /// <param name="high">The upper end of the interval.</param>
    /// <returns>The text.</returns>
    public static string ShortRate(double rate, double low, double high)
    {
        if (rate is 0 or 1 || high <= low)
        {
            return Rate(rate, low, high);
        }

        int decimals = Decimals((high - low) * 50, 2);
        return $"{Short(rate)} % [{Short(low)}, {Short(high)}]";

        string Short(double share) => Math.Round(share * 100, decimals) == 0 ? "0" : Fixed(share * 100, decimals);
    }

    /// <summary>A value with its interval in the digits of the value, <c>5.43 [5.31, 5.60]</c>; without one, the bare value.</summary>
    /// <param name="low">The lower end, or null.</param>
    /// <param name="high">The upper end, or null.</param>
    /// <returns>The text.</returns>
    public static string WithInterval(double value, double? low, double? high)
    {
        int decimals = Decimals(value, 3);
        string text = Fixed(value, decimals);
        return low is { } from && high is { } to ? $"{text} [{Fixed(from, decimals)}, {Fixed(to, decimals)}]" : text;
    }

    /// <summary>Three significant digits, with thousands grouped and never an exponent.</summary>
    /// <returns>The text.</returns>
    public static string Significant(double value) => Fixed(value, Decimals(value, 3));

    /// <summary>A count with thousands grouped.</summary>
    /// <returns>The text.</returns>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>An exact parameter without grouping, such as a share or a time in nanoseconds.</summary>
    /// <returns>The shortest text that reads back as the value.</returns>
    public static string Exact(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Bound(double percent, Func<double, double> round)
    {
        int decimals = Decimals(percent, 2);
        double scale = Math.Pow(10, decimals);
        // The product of a value that is already round may lie a hair beside it: that hair must not count as a digit.
        double scaled = percent * scale;
        double nearest = Math.Round(scaled);
        return Fixed((Math.Abs(scaled - nearest) < 1e-9 ? nearest : round(scaled)) / scale, decimals);
    }

    private static int Decimals(double value, int digits) =>
        value == 0 ? 0 : Math.Clamp(digits - 1 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 15);

    private static string Fixed(double value, int decimals) =>
        value.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
