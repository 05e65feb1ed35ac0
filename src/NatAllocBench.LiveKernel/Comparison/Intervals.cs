using Perfolizer.Mathematics.Distributions.ContinuousDistributions;

namespace NatAllocBench.LiveKernel;

/// <summary>A mean over repetitions with two intervals.</summary>
/// <param name="Value">The mean.</param>
/// <param name="Low">Lower end of its 95 % interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="FamilyLow">Lower end of the interval that holds for all members of a family at once with 95 %.</param>
/// <param name="FamilyHigh">Upper end.</param>
public readonly record struct MeanEstimate(double Value, double Low, double High, double FamilyLow, double FamilyHigh)
{
    // What a sum in another order may differ by.
    private const double Rounding = 1e-9;

    /// <summary>Whether a value lies in the 95 % interval.</summary>
    /// <param name="value">The value.</param>
    public bool Holds(double value) => value >= Low - Rounding && value <= High + Rounding;

    /// <summary>Whether a value lies in the interval of the family.</summary>
    /// <param name="value">The value.</param>
    public bool FamilyHolds(double value) => value >= FamilyLow - Rounding && value <= FamilyHigh + Rounding;
}

/// <summary>Intervals and limits of the comparison's tests. The repetitions are the sampling units everywhere.</summary>
public static class Intervals
{
    private const double Alpha = 0.05;

    /// <summary>The mean of repetitions with Student's interval; values that are all equal give an interval of no width.</summary>
    /// <param name="values">One value per repetition, 2 or more.</param>
    /// <param name="family">Number of values that are tested together (Bonferroni); 1 for a single one.</param>
    public static MeanEstimate Mean(IReadOnlyList<double> values, int family = 1)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(values.Count, 2);
        double mean = values.Average();
        double variance = values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1);
        double error = Math.Sqrt(variance / values.Count);
        double single = Student(values.Count - 1, 1) * error;
        double joint = Student(values.Count - 1, family) * error;
        return new MeanEstimate(mean, mean - single, mean + single, mean - joint, mean + joint);
    }

    /// <summary>Student's two-sided quantile for 5 % shared by a family of tests.</summary>
    /// <param name="degrees">Degrees of freedom, 1 or more.</param>
    /// <param name="family">Number of tests.</param>
    public static double Student(double degrees, int family) => new StudentDistribution(degrees).Quantile(1 - (Alpha / family / 2));

    /// <summary>The 95 % point of chi-square, by Wilson and Hilferty's cube root; within 0.2 % from 5 degrees of freedom on.</summary>
    /// <param name="degrees">Degrees of freedom, 1 or more.</param>
    public static double ChiSquareLimit(int degrees)
    {
        const double NormalQuantile = 1.6448536269514722;
        double spread = 2.0 / (9 * degrees);
        return degrees * Math.Pow(1 - spread + (NormalQuantile * Math.Sqrt(spread)), 3);
    }
}
