using System.Globalization;

namespace NatAllocBench.Racing.Workloads;

/// <summary>Durations as people write them: <c>250ns</c>, <c>1.5us</c>, <c>20ms</c>, <c>2s</c>, <c>0</c>.</summary>
internal static class Duration
{
    private static readonly (string Unit, double Nanoseconds)[] Units = [("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9)];

    /// <summary>Reads a duration.</summary>
    /// <param name="text">A number and its unit.</param>
    /// <returns>Nanoseconds, 0 to 60 s.</returns>
    /// <exception cref="FormatException">The text is no duration, negative, or longer than 60 s.</exception>
    public static double ParseNanoseconds(string text)
    {
        foreach ((string unit, double factor) in Units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(
                    text.AsSpan(0, text.Length - unit.Length), NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                && number * factor is >= 0 and <= 60e9)
            {
                return number * factor;
            }
        }

        return text == "0" ? 0 : throw new FormatException($"'{text}' is not a duration: write a number and ns, us, ms or s, at most 60s");
    }

    /// <summary>Writes a duration in its largest fitting unit.</summary>
    public static string Format(double nanoseconds)
    {
        (string unit, double factor) = nanoseconds == 0 ? Units[0] : Units.Last(u => nanoseconds >= u.Nanoseconds || u.Nanoseconds == 1);
        return string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / factor:0.###}{unit}");
    }
}
