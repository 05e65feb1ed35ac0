namespace NatAllocBench.Tests.Predicting;

/// <summary>
/// Why bursts of one rover are not predicted, as docs/methodology.md explains it: in a burst two CPUs keep their distance only while both
/// take the same time for a connection, and neither the loser's extra time nor the difference between the CPUs is in a run.
/// </summary>
public sealed class BurstDriftTests
{
    private const double Window = 0.9;
    private const double Path = 6;
    private const double Offset = 10;

    /// <summary>
    /// Microseconds that a loser's connection takes longer and that one CPU takes longer for each; then what 40 clients lose.
    /// </summary>
    [Theory]
    [InlineData(0, 0.05, 0.12, 0.15)]
    [InlineData(0, 0.2, 0.12, 0.15)]
    [InlineData(0.2, 0.05, 0.04, 0.07)]
    [InlineData(0.2, 0.2, 0.15, 0.22)]
    public void A_losers_extra_time_and_the_difference_of_two_CPUs_decide_what_a_burst_loses(
        double loser, double slower, double least, double most) =>
        Assert.InRange(Loss(40, loser, slower), least, most);

    /// <summary>Two CPUs with half of the clients each: who inserts while its port is not the next one any more has lost.</summary>
    private static double Loss(int clients, double loser, double slower)
    {
        const int Bursts = 4_000;
        const double Jitter = 0.1;
        var random = new Random(1);
        long lost = 0;
        for (int burst = 0; burst < Bursts; burst++)
        {
            double[] choice = [Offset * random.NextDouble(), Offset * random.NextDouble()];
            int[] left = [clients / 2, clients / 2];
            double winner = double.NegativeInfinity;
            while (left.Sum() > 0)
            {
                // Windows are equally long: who chooses first inserts first.
                int cpu = left[1] == 0 || (left[0] > 0 && choice[0] <= choice[1]) ? 0 : 1;
                bool loses = choice[cpu] < winner;
                lost += loses ? 1 : 0;
                double inserted = choice[cpu] + Window;
                winner = loses ? winner : inserted;
                left[cpu]--;
                choice[cpu] = inserted + Path + (cpu * slower) + (loses ? loser : 0) + (Jitter * random.NextDouble());
            }
        }

        return (double)lost / (Bursts * clients);
    }
}
