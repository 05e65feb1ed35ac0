using NatAllocBench.Prediction.Occupancy;

namespace NatAllocBench.Tests.Prediction;

public sealed class PortCapacityTests
{
    private const int Ports = 64_512;
    private const double TimeWait = 120;

    [Fact]
    public void Erlangs_table_value_for_ten_ports_and_a_load_of_five() => Assert.Equal(0.018385, ErlangB.Blocking(10, 5), 6);

    [Fact]
    public void Without_ports_everything_is_blocked() => Assert.Equal(1, ErlangB.Blocking(0, 3));

    [Theory]
    [InlineData(1e-6, 529.5)]
    [InlineData(1e-3, 535.3)]
    public void A_whole_scan_of_64512_ports_carries_this_rate_at_120_s(double blocking, double perSecond) =>
        Assert.Equal(perSecond, ErlangB.LoadAt(Ports, blocking) / TimeWait, 1);

    [Fact]
    public void The_mean_reaches_the_range_at_538_per_second() => Assert.Equal(537.6, Ports / TimeWait, 1);

    [Fact]
    public void At_508_per_second_248_probes_of_ports_taken_at_random_fail_once_in_a_million() =>
        Assert.Equal(508.5, PortCapacity.LoadOfLimitedSearch(1e-6) * Ports / TimeWait, 1);

    [Fact]
    public void The_spread_of_a_poisson_number_of_ports_costs_one_connection_per_second() =>
        Assert.InRange(PortCapacity.HeldAt(SearchEnd.Limited, Ports, 1e-6) / TimeWait, 507, 508);

    [Fact]
    public void What_a_load_carries_and_the_load_for_that_are_inverse()
    {
        double held = PortCapacity.HeldAt(SearchEnd.Limited, 2_000, 1e-3);
        Assert.Equal(1e-3, PortCapacity.Failure(SearchEnd.Limited, 2_000, held), 9);
    }

    [Fact]
    public void Far_above_the_range_all_but_what_fits_is_lost() =>
        Assert.InRange(PortCapacity.Failure(SearchEnd.Limited, Ports, 2.0 * Ports), 0.5, 0.505);

    [Theory]
    [InlineData(0.1)]
    [InlineData(7)]
    [InlineData(60_000)]
    public void The_mean_of_the_count_is_its_mean(double mean) =>
        Assert.Equal(mean, PoissonCount.MeanOf(mean, count => count), mean * 1e-9);

    [Fact]
    public void The_99_percent_quantile_of_a_mean_of_60000_is_2_33_spreads_above_it() =>
        Assert.InRange(PoissonCount.Quantile(60_000, 0.99), 60_000 + (2.3 * 245), 60_000 + (2.36 * 245));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_target_that_is_no_share_is_refused(double target) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ErlangB.LoadAt(10, target));
}
