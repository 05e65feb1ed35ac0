namespace NatAllocBench.Reports.Statistics;

/// <summary>
/// How far runs lie apart beyond what their processes explain: the variance component between groups of a one-way analysis of variance
/// with random effects, by the method of moments (Searle, Casella and McCulloch, Variance Components, 1992, section 3.6).
/// </summary>
internal static class BetweenRuns
{
    /// <summary>The variance component between runs.</summary>
    /// <param name="runs">The values of each run's processes.</param>
    /// <returns>
    /// The estimate, below 0 where the runs lie closer together than their processes explain; null where nothing can be estimated.
    /// </returns>
    public static double? Variance(IReadOnlyList<IReadOnlyList<double>> runs)
    {
        double all = runs.Sum(run => run.Count);
        if (runs.Count < 2 || all <= runs.Count)
        {
            return null;
        }

        double mean = runs.Sum(run => run.Sum()) / all;
        double between = runs.Sum(run => run.Count * Square(run.Average() - mean)) / (runs.Count - 1);
        double within = runs.Sum(run => run.Sum(value => Square(value - run.Average()))) / (all - runs.Count);
        double size = (all - (runs.Sum(run => Square(run.Count)) / all)) / (runs.Count - 1);
        return (between - within) / size;
    }

    private static double Square(double value) => value * value;
}
