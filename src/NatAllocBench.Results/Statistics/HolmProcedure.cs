namespace NatAllocBench.Results.Statistics;

/// <summary>
/// Which of many tests say no when all are looked at together: the chance that any of them does so wrongly is at most 5 % (Holm,
/// Scandinavian Journal of Statistics 6, 1979).
/// </summary>
public static class HolmProcedure
{
    private const double Error = 0.05;

    /// <summary>The tests that are rejected.</summary>
    /// <param name="tests">All tests of the family, also those that pass.</param>
    /// <param name="isRejected">Whether a test is rejected at a level of confidence; one that is stays so at lower levels.</param>
    public static IReadOnlySet<T> Rejected<T>(IReadOnlyCollection<T> tests, Func<T, double, bool> isRejected)
        where T : class
    {
        HashSet<T> rejected = [];
        for (int before = -1; rejected.Count > before && rejected.Count < tests.Count;)
        {
            before = rejected.Count;
            double confidence = 1 - (Error / (tests.Count - before));
            rejected.UnionWith([.. tests.Where(test => !rejected.Contains(test) && isRejected(test, confidence))]);
        }

        return rejected;
    }
}
