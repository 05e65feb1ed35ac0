using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Tests.Results;

public sealed class HolmProcedureTests
{
    /// <summary>Holm's steps by hand: 0.001 against 0.05/4, 0.016 against 0.05/3, 0.024 against 0.05/2, 0.06 against 0.05.</summary>
    [Theory]
    [InlineData(3, 0.001, 0.016, 0.024, 0.06)]
    [InlineData(1, 0.001, 0.02, 0.024, 0.03)]
    [InlineData(0, 0.013, 0.02, 0.024, 0.03)]
    [InlineData(4, 0.012, 0.016, 0.024, 0.04)]
    [InlineData(0)]
    public void As_many_are_rejected_as_the_steps_allow(int rejected, params double[] chances)
    {
        string[] tests = [.. chances.Select((_, i) => $"test {i}")];

        IReadOnlySet<string> found =
            HolmProcedure.Rejected(tests, (test, confidence) => chances[Array.IndexOf(tests, test)] <= 1 - confidence + 1e-12);

        Assert.Equal(tests.Order(StringComparer.Ordinal).Take(rejected), found.Order(StringComparer.Ordinal));
    }

    /// <summary>The row of the published page: 6 losses beside 21. Alone it disagrees; one of 53 may well come out so by chance.</summary>
    [Fact]
    public void A_row_that_is_improbable_alone_is_not_among_many()
    {
        RateEstimate Kernel(double confidence) => FailureRate.Estimate([6440, 6440, 6440, 6440], [1, 2, 1, 2], confidence);
        RateEstimate Model(double confidence) => FailureRate.Estimate([6225, 6225, 6225, 6225], [5, 4, 7, 5], confidence);
        RateEstimate Worse(double confidence) => FailureRate.Estimate([6225, 6225, 6225, 6225], [205, 194, 207, 205], confidence);
        string[] rows = [.. Enumerable.Range(0, 53).Select(i => $"row {i}")];

        Assert.Equal(["row 7"], HolmProcedure.Rejected(["row 7"], (_, level) => Disagree(Model, level)));
        Assert.Equal(["row 3"], HolmProcedure.Rejected(rows, (row, level) => row switch
        {
            "row 3" => Disagree(Worse, level),
            "row 7" => Disagree(Model, level),
            _ => false,
        }));

        bool Disagree(Func<double, RateEstimate> model, double level) =>
            NatAllocBench.LiveKernel.RatioJudge.Disagree(Kernel(level), model(level), level);
    }
}
