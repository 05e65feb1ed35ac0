using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Node;
using NatAllocBench.Node.Planning;
using NatAllocBench.Node.Reports;

namespace NatAllocBench.Tests.Node;

public sealed class PlannerTests
{
    private static PlanRequest Of(string era) => new() { Era = EraCatalog.Get(era), Addresses = 1 };

    [Fact]
    public void A_plan_prints_the_reference_rates_of_64512_ports_at_120_s()
    {
        PlanRequest request = Of("4.14");
        string report = PlanReport.Of(request, new Planner(request).Rows(), null);
        Assert.Contains("the mean reaches the range at 538/s", report, StringComparison.Ordinal);
        Assert.Contains("blocks 1e-6 at 530/s (Erlang B)", report, StringComparison.Ordinal);
        Assert.Contains("fail 1e-6 at 508/s", report, StringComparison.Ordinal);
    }

    [Fact]
    public void At_500_per_second_93_percent_are_held_and_the_limited_search_fails_where_the_whole_scan_does_not()
    {
        PlanRow limited = new Planner(Of("5.10") with { Rate = 500 }).Row(1, 500);
        PlanRow whole = new Planner(Of("4.14") with { Rate = 500 }).Row(1, 500);
        Assert.InRange(limited.Load, 0.92, 0.935);
        Assert.InRange(limited.Exhausted, 1e-3, 1e-2);
        Assert.Equal(0, whole.Exhausted, 12);
        Assert.Equal("ports", limited.FirstLimit.Name);
    }

    [Fact]
    public void Addresses_are_doubled_until_the_target_holds()
    {
        IReadOnlyList<PlanRow> rows = new Planner(Of("5.10") with { Ports = 4_000, Rate = 62, Addresses = null }).Rows();
        Assert.Equal([1, 2, 4], rows.Select(row => row.Addresses));
        Assert.True(rows[^1].Loss <= 1e-6 && rows[^2].Loss > 1e-6);
    }

    [Fact]
    public void The_solved_rate_hold_and_addresses_agree_with_one_another()
    {
        // Erlang's formula needs no simulation: the solutions are exact.
        PlanRequest request = Of("4.14") with { Cpus = 1, TableEntries = long.MaxValue };
        double rate = new Planner(request).SolveRate(1);
        Assert.InRange(rate, 529, 530);
        Assert.InRange(new Planner(request with { Rate = rate / 2 }).SolveHold(1), 119.9, 120.1);
        Assert.Equal(2, new Planner(request with { Rate = rate * 1.01, Addresses = null }).SolveAddresses());
    }

    /// <summary>From 6.5 on closed TCP connections are evicted: without a hold time ports never end, and no sentence says when.</summary>
    [Fact]
    public void Ports_that_never_end_have_no_rate_at_which_the_fullest_address_ends()
    {
        PlanRequest request = Of("6.12") with { Addresses = 2, Rate = 10 };
        string report = PlanReport.Of(request, [new Planner(request).Row(2, 10)], null);
        Assert.Contains("ports never", report, StringComparison.Ordinal);
        Assert.DoesNotContain("Infinity", report, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(4, new[] { 1, 2, 4 })]
    [InlineData(5, new[] { 1, 2, 4, 5 })]
    public void The_rows_of_a_solved_number_of_addresses_end_with_it(int solved, int[] addresses) =>
        Assert.Equal(addresses, new Planner(Of("4.14") with { Addresses = null }).RowsUpTo(solved).Select(row => row.Addresses));

    /// <summary>Of 40 clients on 4 addresses, 10 each, one has at most 20 in 99 of 100 draws; of few it may be all.</summary>
    [Theory]
    [InlineData(40, 4, 20)]
    [InlineData(3, 2, 3)]
    public void A_plan_of_several_addresses_says_how_uneven_the_hash_makes_them(int clients, int addresses, int most)
    {
        PlanRequest request = Of("4.14") with { Clients = clients, Addresses = addresses, Rate = 100 };
        PlanRow[] rows = [new Planner(request).Row(addresses, 100)];
        Assert.Contains(
            $"of {clients} clients the fullest of {addresses} addresses has at most {most} (99 %)", PlanReport.Of(request, rows, null),
            StringComparison.Ordinal);
    }

    [Fact]
    public void One_cpu_loses_nothing_to_the_race() =>
        Assert.Equal(0, new Planner(Of("4.14") with { Cpus = 1, Rate = 100 }).Row(1, 100).Raced);

    [Fact]
    public void Random_of_the_rover_era_loses_as_often_as_two_searches_overlap() =>
        Assert.InRange(
            new Planner(Of("4.14") with { Mode = PortMode.Random, Rate = 400 }).Row(1, 400).Raced,
            0.9 * 400 * 0.9e-6 / 2, 400 * 0.9e-6 / 2);

    [Fact]
    public void Client_ports_bind_first_for_one_client_with_long_connections() =>
        Assert.Equal("client ports", new Planner(Of("4.14") with { Clients = 1, Hold = 600, Rate = 10, Cpus = 1, Ports = 60_000 }).Row(1,
            10).FirstLimit.Name);

    [Fact]
    public void A_table_that_is_too_small_counts_as_loss()
    {
        PlanRow row = new Planner(Of("4.14") with { Rate = 100, TableEntries = 6_000, Cpus = 1 }).Row(1, 100);
        Assert.Equal(0.5, row.TableFull, 2);
        Assert.Equal("table entries", row.FirstLimit.Name);
    }

    [Fact]
    public void Presets_name_their_source_and_use_the_published_limit()
    {
        GatewayPreset preset = GatewayPreset.Get("aws-nat-gateway");
        PlanRequest request = Of("6.12") with
        {
            Ports = preset.Ports,
            DocumentedPerDestination = preset.PerDestination,
            IsPublishedGateway = true,
            Rate = 400,
        };
        string report = PlanReport.Of(request, new Planner(request).Rows(), preset);
        Assert.Contains("55,000 connections to one destination", report, StringComparison.Ordinal);
        Assert.All(GatewayPreset.All, one => Assert.Contains(":", one.Source, StringComparison.Ordinal));
    }

    [Fact]
    public void Equal_requests_give_equal_plans()
    {
        PlanRequest request = Of("5.10") with { Ports = 2_000, Rate = 14 };
        Assert.Equal(new Planner(request).Row(1, 14).Loss, new Planner(request).Row(1, 14).Loss);
    }

    [Theory]
    [InlineData(0, 1e-6, "--rate")]
    [InlineData(10, 1, "--target")]
    public void Numbers_out_of_range_are_named(double rate, double target, string option) =>
        Assert.Contains(
            option,
            Assert.Throws<NodeInputException>(() => new Planner(Of("6.12") with { Rate = rate, Target = target })).Message,
            StringComparison.Ordinal);

    [Fact]
    public void The_chart_has_a_line_for_each_number_of_addresses()
    {
        PlanRequest request = Of("4.14") with { Ports = 100, Rate = 2, Addresses = null };
        var planner = new Planner(request);
        string svg = PlanChart.Svg(planner, planner.Rows(), PlanReport.Planned(request));
        Assert.Contains("2 addresses", svg, StringComparison.Ordinal);
        Assert.Contains("</svg>", svg, StringComparison.Ordinal);
        SvgText.IsDressed(svg, "connections lost over new connections per second", "Computed, not measured", "2 new connections/s to 1");
    }

    [Fact]
    public void A_chart_without_a_point_is_refused() => Assert.Contains(
        "the chart would be empty",
        Assert.Throws<NodeInputException>(() => LineChart.Svg("title", "note", "across", "up", [("line", [])])).Message,
        StringComparison.Ordinal);
}
