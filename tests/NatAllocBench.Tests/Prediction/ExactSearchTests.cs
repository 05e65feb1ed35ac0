using CsCheck;
using NatAllocBench.Prediction.Occupancy;
using NatAllocBench.Prediction.Searching;

namespace NatAllocBench.Tests.Prediction;

public sealed class ExactSearchTests
{
    private const int AllPorts = 64_512;

    [Fact]
    public void An_empty_range_answers_the_first_probe() =>
        Assert.Equal(new SearchChance(0, 1), ExactSearch.Of(new SearchLimits(1_000, true, false), new bool[1_000], []));

    [Theory]
    [InlineData(true, 248)]
    [InlineData(false, 1_000)]
    public void A_full_range_fails_after_all_probes_of_its_rounds(bool limited, int probes)
    {
        var full = new bool[1_000];
        Array.Fill(full, true);
        Assert.Equal(new SearchChance(1, probes), ExactSearch.Of(new SearchLimits(1_000, limited, false), full, []));
    }

    [Fact]
    public void A_full_range_of_closing_connections_never_fails_where_they_may_be_evicted()
    {
        var full = new bool[1_000];
        Array.Fill(full, true);
        Assert.Equal(new SearchChance(0, 97), ExactSearch.Of(new SearchLimits(1_000, true, true), full, full));
    }

    [Fact]
    public void One_block_agrees_with_its_law()
    {
        var taken = new bool[32_768];
        Array.Fill(taken, true, 0, 32_000);
        SearchChance chance = ExactSearch.Of(new SearchLimits(32_768, true, false), taken, []);
        Assert.Equal(ClosedForms.FailureOfBlock(32_000, 32_768), chance.Failure, 9);
        Assert.Equal(ClosedForms.ProbesOfBlock(32_000, 32_768), chance.Probes, 6);
    }

    [Fact]
    public void Ports_taken_at_random_agree_with_their_law()
    {
        var random = new Random(1);
        bool[] taken = [.. Enumerable.Range(0, AllPorts).Select(_ => random.NextDouble() < 0.99)];
        double r = taken.Count(port => port) / (double)AllPorts;
        Assert.InRange(
            ExactSearch.Of(new SearchLimits(AllPorts, true, false), taken, []).Failure / ClosedForms.FailureOfRandomFill(r), 0.7, 1.4);
    }

    [Fact]
    public void A_small_range_is_enumerated_as_a_walk_over_all_starts_says() =>
        Gen.Bool.Array[1, 40].Sample(
            taken =>
            {
                int ports = taken.Length;
                double failing = 0;
                double probes = 0;
                for (int start = 0; start < 65_536; start++)
                {
                    int i = 0;
                    while (i < ports && taken[(ushort)(start + i) % ports])
                    {
                        i++;
                    }

                    failing += i == ports ? 1 : 0;
                    probes += Math.Min(i + 1, ports);
                }

                SearchChance chance = ExactSearch.Of(new SearchLimits(ports, true, false), taken, []);
                Assert.Equal(failing / 65_536, chance.Failure, 12);
                Assert.Equal(probes / 65_536, chance.Probes, 9);
            },
            iter: 20);

    [Fact]
    public void A_search_that_filled_the_table_itself_fails_far_more_often_than_ports_taken_at_random()
    {
        SteadyState state = SteadyPorts.Of(new PortTraffic(new SearchLimits(AllPorts, true, false), 508, 0, 120, false));
        Assert.InRange(state.Failure, 0.006, 0.016);
        Assert.True(state.Failure > 1_000 * ClosedForms.FailureOfRandomFill(state.Held / AllPorts));
    }

    [Fact]
    public void Little_used_ports_are_held_as_littles_law_says_and_never_fail()
    {
        SteadyState state = SteadyPorts.Of(new PortTraffic(new SearchLimits(AllPorts, true, false), 50, 1, 120, false));
        Assert.InRange(state.Held, 5_900, 6_200);
        Assert.Equal(0, state.Failure);
        Assert.Equal(1, state.Searching);
    }

    [Fact]
    public void Kernels_that_evict_closing_connections_do_not_run_out()
    {
        SteadyState state = SteadyPorts.Of(new PortTraffic(new SearchLimits(2_000, true, true), 100, 0, 120, false));
        Assert.Equal(0, state.Failure);
    }

    [Fact]
    public void Clients_that_keep_their_port_search_only_when_it_is_taken() =>
        Assert.InRange(SteadyPorts.Of(new PortTraffic(new SearchLimits(AllPorts, true, false), 20, 0, 120, true)).Searching, 0.03, 0.09);
}
