using System.Globalization;

namespace NatAllocBench.Node.Reports;

/// <summary>Numbers as people read them.</summary>
public static class Figures
{
    /// <summary>A share in percent, with two figures; 0 stays 0.</summary>
    public static string Percent(double share) => share switch
    {
        0 => "0",
        < 1e-9 => "< 0.0000001 %",
        < 0.01 => Number(share * 100) + " %",
        _ => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %"),
    };

    /// <summary>Two significant figures below 100, whole numbers with groups above.</summary>
    public static string Number(double value)
    {
        double size = Math.Abs(value);
        return size switch
        {
            0 => "0",
            >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
            >= 10 => value.ToString("0", CultureInfo.InvariantCulture),
            >= 1 => value.ToString("0.#", CultureInfo.InvariantCulture),
            < 1e-7 => value.ToString("0.#e-0", CultureInfo.InvariantCulture),
            _ => decimal.Round((decimal)value, Math.Clamp(1 - (int)Math.Floor(Math.Log10(size)), 0, 15))
                .ToString("0.###############", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>A number with the interval it lies in.</summary>
    public static string WithInterval(double value, double low, double high) => $"{Number(value)} [{Number(low)}, {Number(high)}]";
}
