using System.Globalization;
using NatAllocBench.LiveKernel;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Tests.LiveKernel.Comparison;

public sealed class RecordedJudgeTests
{
    private const int Connections = 20_000;
    private static readonly CalibrationDrift Steady = new(0.3, 0.29, 0.31);

    [Fact]
    public void The_bounds_are_the_smallest_and_the_largest_repetition()
    {
        ComparisonCell judged = Judge(Recorded(2000, 0.05, 0.2), model: 2000, "lockstep");

        Assert.Equal((5.0, 10.0, 20.0, true), (judged.KernelLow, judged.Kernel, judged.KernelHigh, judged.Agrees));
    }

    [Fact]
    public void Repetitions_without_a_loss_are_bounded_by_their_connections()
    {
        ComparisonCell judged = Judge(Recorded(0, 0, 0), model: 0, "saturated");

        Assert.Equal((0.0, true), (judged.Kernel, judged.Agrees));
        Assert.Equal(100 * (1 - Math.Pow(0.05, 1.0 / Connections)), judged.KernelHigh!.Value, 6);
    }

    [Theory]
    [InlineData("lockstep", 0, "not explained")]
    [InlineData("lockstep", 0.9, "not explained; possible: recorded while its prefill was still draining")]
    [InlineData("saturated", 0, "not explained; possible: the emulated CPUs did not always run at the same time")]
    [InlineData("bursts of 10", 0, "not explained; possible: how far apart the recorded bursts started was not written down")]
    public void A_row_that_does_not_agree_is_not_explained_by_what_may_be_its_cause(string words, double fill, string remark)
    {
        ComparisonCell apart = Judge(Recorded(2000, 0.09, 0.11), model: 6000, words, fill);
        ComparisonCell without = Judge(Recorded(0, 0, 0), model: 6000, words, fill);

        Assert.All([apart, without], judged => Assert.Equal((false, remark), (judged.Agrees, judged.Remark)));
    }

    [Fact]
    public void No_verdict_is_given_where_the_repetitions_differ_as_much_as_the_model()
    {
        ComparisonCell drifted = Judge(Recorded(2000, 0.09, 0.11), model: 5000, "lockstep", drift: new CalibrationDrift(0.3, 0.13, 0.51));
        ComparisonCell inside = Judge(Recorded(2000, 0.05, 0.3), model: 5000, "saturated");

        Assert.Equal((null, "its calibration pairs overlapped in 13 to 51 % of cases, by repetition"), (drifted.Agrees, drifted.Remark));
        Assert.Equal((null, "inside the kernel's own repetitions"), (inside.Agrees, inside.Remark));
    }

    private static ComparisonCell Judge(
        RecordedCell recorded, int model, string words, double fill = 0, CalibrationDrift? drift = null) => RecordedJudge.Judge(
            new ComparisonCell
            {
                System = "linux-4.13.9",
                Experiment = ComparisonCell.RecordedKernels,
                Quantity = "insert_failed per connection (%)",
                Era = "4.14",
                Mode = "default",
                Protocol = "tcp",
                Parameters = words,
            },
            recorded,
            FailureRate.Estimate([.. Enumerable.Repeat(Connections / 4L, 4)], [.. Enumerable.Repeat(model / 4L, 4)]),
            words,
            fill,
            drift ?? Steady);

    private static RecordedCell Recorded(int lost, double least, double most) => new("A2o25", "4.13.9", new Dictionary<string, string>
    {
        ["connections"] = Connections.ToString(CultureInfo.InvariantCulture),
        ["insert_failed"] = lost.ToString(CultureInfo.InvariantCulture),
        ["rate_rep_min"] = least.ToString(CultureInfo.InvariantCulture),
        ["rate_rep_max"] = most.ToString(CultureInfo.InvariantCulture),
    });
}
