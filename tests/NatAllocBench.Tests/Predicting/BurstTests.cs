using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Node.Planning;
using NatAllocBench.Predicting;
using NatAllocBench.Prediction.Racing;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Tests.Predicting;

/// <summary>Clients that wake together and send without a pause.</summary>
public sealed class BurstTests
{
    private const double Offset = 10e-6;
    private static readonly Costs Kernel = new(0.9e-6, 0.05, 6e-6, "test");
    private static readonly PredictionValidation Passed = new(
    [
        .. Enum.GetValues<PredictionClass>().Select(one => new ClassValidation
        {
            Class = PredictionClasses.Name(one),
            Cells = 0,
            WithoutFormula = 0,
            Counted = 3,
            MeanRatio = 1,
            MeanError = null,
            Spread = 0,
            SpreadBeyondCounting = null,
            Inside = null,
            Disabled = null,
        }),
    ]);

    /// <summary>
    /// Two CPUs with as many clients each, a cycle apart: where the difference of their offsets is within a window of s cycles, all pairs
    /// but s overlap, and each loses one of two.
    /// </summary>
    [Theory]
    [InlineData(10)]
    [InlineData(40)]
    public void Two_CPUs_overlap_where_their_offsets_differ_by_whole_cycles(int clients)
    {
        double cycle = Kernel.WindowSeconds + Kernel.PathSeconds;
        int each = clients / 2;
        double lost = 0;
        for (int apart = -2; apart <= 2; apart++)
        {
            double within = Below((apart * cycle) + Kernel.WindowSeconds) - Below((apart * cycle) - Kernel.WindowSeconds);
            lost += within * (each - Math.Abs(apart)) / clients;
        }

        double overlap = BurstPrediction.Overlap(clients, Offset, Kernel, 2);
        Assert.Equal(lost, overlap / (1 + overlap), 0.003);

        // The difference of two offsets that are uniform in 0 to D.
        static double Below(double difference)
        {
            double x = Math.Clamp(difference / Offset, -1, 1);
            return x < 0 ? (1 + x) * (1 + x) / 2 : 1 - ((1 - x) * (1 - x) / 2);
        }
    }

    [Fact]
    public void One_connection_of_each_CPU_overlaps_as_pairs_in_lockstep_do()
    {
        double pair = 1 - Math.Pow(1 - (Kernel.WindowSeconds / Offset), 2);
        Assert.Equal(pair / 2, BurstPrediction.Overlap(2, Offset, Kernel, 2), 12);
        Assert.Equal(pair * 3 / 2, BurstPrediction.Overlap(4, Offset, Kernel, 8), 12);
        Assert.Equal(0, BurstPrediction.Overlap(40, Offset, Kernel, 1));
    }

    /// <summary>The law of the first clients against drawn offsets.</summary>
    [Theory]
    [InlineData(2, 0.1)]
    [InlineData(5, 0.3)]
    [InlineData(3, 2)]
    public void Of_the_first_clients_those_within_a_window_of_the_earliest_lose(int cpus, double windowOfOffset)
    {
        const int Draws = 200_000;
        var random = new Random(1);
        long lost = 0;
        for (int i = 0; i < Draws; i++)
        {
            double[] offsets = [.. Enumerable.Range(0, cpus).Select(_ => random.NextDouble())];
            lost += offsets.Count(offset => offset - offsets.Min() < windowOfOffset) - 1;
        }

        double law = RaceLoss.OfKeptPortInBursts(20, Offset, windowOfOffset * Offset, cpus);
        Assert.Equal((double)lost / Draws / 20, law, 4 / Math.Sqrt(Draws) / 20 * cpus);
        Assert.Equal(0, RaceLoss.OfKeptPortInBursts(20, Offset, windowOfOffset * Offset, 1));
    }

    [Fact]
    public void A_row_of_bursts_says_what_it_rests_on()
    {
        Assert.Equal(Basis.Checked, Predict(40, 2).Basis);
        Assert.Equal(Basis.Extrapolated, Predict(40, 8).Basis);
        Assert.Equal(Basis.Formula, Predict(8, 8).Basis);
        Assert.Equal(0, Predict(40, 1).Race.Sum);
        Forecast kept = Predict(40, 2, "6.12");
        Assert.Equal(RaceLoss.OfKeptPortInBursts(40, Offset, Kernel.WindowSeconds, 2), kept.Race.Kept, 12);
    }

    [Fact]
    public void Bursts_of_nothing_but_windows_and_bursts_that_run_into_one_another_are_not_modelled()
    {
        Assert.Contains("saturated", Predict(40, 2, costs: Kernel with { PathSeconds = 0.5e-6 }).WhyNot, StringComparison.Ordinal);
        Assert.Contains("one burst runs into the next", Predict(40, 2, rate: 2e5).WhyNot, StringComparison.Ordinal);
    }

    private static Forecast Predict(int clients, int cpus, string era = "4.14", double rate = 1_000, Costs? costs = null)
    {
        var line = new SharedLine(new PublishedCells([], []), "kernel-locks");
        var request = new PlanRequest
        {
            Era = EraCatalog.Get(era),
            Mode = PortMode.Default,
            Cpus = cpus,
            Rate = rate,
            Clients = clients,
            Addresses = 1,
            TimeWait = 1,
        };
        return new Forecaster(costs ?? Kernel, Passed, line).Of(request, new Arrival.Bursts(Offset * 1e9));
    }
}
