using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Tables;

/// <summary>A failure rate in words.</summary>
public static class LossText
{
    /// <summary>How many connections there are to one failure, with two digits: <c>28</c>, <c>450</c>, <c>170,000</c>.</summary>
    /// <param name="rate">A share above 0 and at most 1.</param>
    /// <returns>The number without <c>1 in</c>.</returns>
    public static string OneIn(double rate) => Rounded(1 / rate, Math.Round);

    /// <summary>The same for a bound: rounded so that it stays true.</summary>
    /// <param name="highestRate">The upper end of the rate's interval.</param>
    /// <returns>The number without <c>1 in</c>.</returns>
    public static string OneInAtMost(double highestRate) => Rounded(1 / highestRate, Math.Floor);

    /// <summary>What a mode loses: <c>3.52 % (1 in 28)</c>, or <c>none seen</c>.</summary>
    /// <param name="cell">A cell that was measured.</param>
    /// <returns>Plain text, or null where the cell holds no rate.</returns>
    public static string? Of(RaceCell cell) => cell.Rate switch
    {
        null => null,
        0 => "none seen",
        { } rate => $"{Figures.Significant(rate * 100)} % (1 in {OneIn(rate)})",
    };

    private static string Rounded(double value, Func<double, double> round)
    {
        double scale = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(value)) - 1));

        // The quotient of a round value may lie a hair beside a whole number.
        double scaled = value / scale;
        double nearest = Math.Round(scaled);
        return Figures.Count((long)((Math.Abs(scaled - nearest) < 1e-9 ? nearest : round(scaled)) * scale));
    }
}
