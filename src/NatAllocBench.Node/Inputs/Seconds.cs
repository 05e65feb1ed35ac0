using System.Globalization;

namespace NatAllocBench.Node.Inputs;

/// <summary>Times as people write them: <c>900ns</c>, <c>200ms</c>, <c>120s</c>, <c>2m</c>, <c>1h</c>, <c>0</c>.</summary>
public static class Seconds
{
    private static readonly (string Unit, double Factor)[] Units =
        [("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)];

    /// <summary>Reads a time.</summary>
    /// <param name="text">A number and its unit.</param>
    /// <returns>Seconds, at least 0.</returns>
    /// <exception cref="FormatException">The text is no such time.</exception>
    public static double Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach ((string unit, double factor) in Units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.Float, CultureInfo.InvariantCulture,
                    out double number)
                && double.IsFinite(number) && number >= 0)
            {
                return number * factor;
            }
        }

        return text == "0" ? 0 : throw new FormatException($"'{text}' is not a time: write a number and ns, us, ms, s, m or h");
    }
}
