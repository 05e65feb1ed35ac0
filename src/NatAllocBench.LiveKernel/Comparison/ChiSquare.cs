namespace NatAllocBench.LiveKernel;

/// <summary>The limit of the comparison's tests of counts.</summary>
internal static class ChiSquare
{
    /// <summary>The 95 % point of chi-square, by Wilson and Hilferty's cube root; within 0.2 % from 5 degrees of freedom on.</summary>
    /// <param name="degrees">Degrees of freedom, 1 or more.</param>
    public static double Limit(int degrees)
    {
        const double NormalQuantile = 1.6448536269514722;
        double spread = 2.0 / (9 * degrees);
        return degrees * Math.Pow(1 - spread + (NormalQuantile * Math.Sqrt(spread)), 3);
    }
}
