using CsCheck;
using NatAllocBench.Prediction.Queueing;
using NatAllocBench.Prediction.Racing;

namespace NatAllocBench.Tests.Prediction;

public sealed class RaceLossTests
{
    private const double Window = 1.09e-6;

    [Fact]
    public void One_cpu_never_races()
    {
        Assert.Equal(0, Overlap.OfPoisson(20_000, Window, 1));
        Assert.Equal(0, Overlap.OfTick(40, 1e-3, Window, 1));
        Assert.Equal(0, RaceLoss.OfKeptPortOnTick(1e-3, Window, 1));
    }

    [Theory]
    [InlineData(2, 0.0109)]
    [InlineData(64, 0.0215)]
    public void Poisson_arrivals_overlap_by_rate_window_and_other_cpus(int cpus, double overlap) =>
        Assert.Equal(overlap, Overlap.OfPoisson(20_000, Window, cpus), 4);

    [Theory]
    [InlineData(8, 0.071)]
    [InlineData(16, 0.141)]
    [InlineData(32, 0.253)]
    [InlineData(64, 0.408)]
    public void Ten_thousand_per_second_and_cpu_lose_what_the_renewal_cycle_says(int cpus, double loss) =>
        Assert.Equal(loss, RaceLoss.OfSearch(Overlap.OfPoisson(10_000.0 * cpus, Window, cpus), 1, 1), 2);

    [Fact]
    public void Loss_falls_to_zero_linearly_with_slope_window_times_other_cpus()
    {
        const double rate = 1e-3;
        double loss = RaceLoss.OfSearch(Overlap.OfPoisson(rate, Window, 4), 1, 1);
        Assert.Equal(Window * 0.75, loss / rate, 1e-9 * Window);
    }

    [Fact]
    public void Two_destinations_halve_the_rate_of_each() =>
        Assert.Equal(Overlap.OfPoisson(10_000, Window, 2), Overlap.OfPoisson(20_000, Window, 2) / 2, 15);

    [Fact]
    public void An_empty_range_of_64512_ports_has_two_random_searches_meet_once_in_63550() =>
        Assert.Equal(63_550, 1 / Meeting.Chance(SearchStart.Random, 64_512, 0), 0);

    [Fact]
    public void Nine_tenths_taken_make_random_searches_meet_a_hundred_times_as_often() =>
        Assert.Equal(100, Meeting.Chance(SearchStart.Random, 64_512, 0.9) / Meeting.Chance(SearchStart.Random, 64_512, 0), 6);

    [Fact]
    public void Four_addresses_leave_a_quarter_of_the_meetings() => Assert.Equal(0.25, Meeting.OnOneAddress(1, 4));

    [Fact]
    public void Searches_that_start_apart_never_meet() => Assert.Equal(0, Meeting.Chance(SearchStart.Apart, 64_512, 0.5));

    /// <summary>Discrete check 8 of the model, for CPUs that have at most one connection in its window at a time.</summary>
    [Fact]
    public void Loss_rises_with_window_rate_and_cpus_and_stays_below_the_other_cpus_share() =>
        Gen.Select(Gen.Double[1e-6, 0.5], Gen.Double[1e-8, 1e-4], Gen.Int[2, 256], Gen.Double[0, 1]).Sample(
            (inWindow, window, cpus, meeting) =>
            {
                double rate = inWindow * cpus / window;
                double Loss(double perSecond, double length, int of) =>
                    RaceLoss.OfSearch(Overlap.OfPoisson(perSecond, length, of), 1, meeting);
                double loss = Loss(rate, window, cpus);
                Assert.InRange(loss, 0, (cpus - 1.0) / cpus);
                Assert.InRange(Loss(rate * 2, window, cpus), loss, ((cpus - 1.0) / cpus) + 1e-12);
                Assert.InRange(Loss(rate, window * 2, cpus), loss, ((cpus - 1.0) / cpus) + 1e-12);
                Assert.True(Loss(rate, window, cpus + 1) >= loss);
            });

    [Fact]
    public void One_customer_of_the_network_waits_for_nobody()
    {
        (double perSecond, double atLines) = ClosedNetwork.Solve(1, 200e-9, [70e-9]);
        Assert.Equal(1 / 270e-9, perSecond, 1);
        Assert.Equal(70e-9, atLines, 15);
    }

    [Fact]
    public void Very_many_cpus_get_what_the_busiest_line_gives() =>
        Assert.Equal(1 / 70e-9, ClosedNetwork.Solve(2_000, 200e-9, [70e-9, 20e-9]).PerSecond, 1e-3 / 70e-9);

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(1024)]
    public void A_line_whose_handover_does_not_grow_is_a_queue(int cpus) => Assert.Equal(
        1, SpinningLine.PerSecond(cpus, 200e-9, 70e-9, 0) / ClosedNetwork.Solve(cpus, 200e-9, [70e-9]).PerSecond, 1e-9);

    [Fact]
    public void Spinning_cpus_make_less_the_more_of_them_there_are()
    {
        double[] all = [.. new[] { 4, 8, 16, 64, 1024 }.Select(cpus =>
            SpinningLine.PerSecond(cpus, 200e-9, 70e-9, SpinningLine.TestAndSet))];
        Assert.Equal(all.OrderDescending(), all);

        // All but a few of a thousand wait: each handover is as long as their number makes it.
        Assert.InRange(all[^1] * 70e-9 * (1 + (0.5 * 1023)), 1, 1.01);
        Assert.Equal(1 / (70e-9 * 4.5), SpinningLine.PerSecond(8, 0, 70e-9, SpinningLine.TestAndSet), 1);
    }
}
