using CsCheck;
using NatAllocBench.Prediction.Searching;

namespace NatAllocBench.Tests.Prediction;

public sealed class ClosedFormsTests
{
    [Fact]
    public void Never_tried_ports_are_those_that_an_enumeration_of_the_scan_leaves_out() =>
        Gen.Select(Gen.Int[1, 65535], Gen.Int[0, 65535]).Sample(
            (size, start) =>
            {
                var tried = new bool[size];
                for (int i = 0; i < size; i++)
                {
                    tried[(ushort)(start + i) % size] = true;
                }

                Assert.Equal(tried.Count(port => !port), ClosedForms.NeverTried(size, start));
            },
            iter: 300);

    [Theory]
    [InlineData(64512, 5000, 1024)]
    [InlineData(64512, 1024, 0)]
    [InlineData(64512, 1025, 1)]
    [InlineData(64512, 65535, 1)]
    [InlineData(100, 65500, 36)]
    [InlineData(100, 65436, 0)]
    [InlineData(100, 65437, 1)]
    public void Never_tried_ports_of_known_scans(int size, int start, int missed) =>
        Assert.Equal(missed, ClosedForms.NeverTried(size, start));

    [Fact]
    public void Two_starts_in_64512_ports_meet_once_in_63550() => Assert.Equal(67584.0 / 65536 / 65536, ClosedForms.SameStart(64512), 15);

    [Fact]
    public void Failures_at_one_percent_free_ports_are_8_percent() => Assert.Equal(0.083, ClosedForms.FailureOfRandomFill(0.99), 3);

    [Fact]
    public void Losers_of_n_that_all_meet_are_all_but_one() => Assert.Equal(999, ClosedForms.Losers(1000, 1));

    [Fact]
    public void Linear_probing_of_a_small_range_costs_what_an_enumeration_of_all_starts_says()
    {
        // Three ports: 27 equally likely sequences of starts.
        int probes = 0;
        for (int starts = 0; starts < 27; starts++)
        {
            var taken = new bool[3];
            foreach (int start in (int[])[starts / 9, starts / 3 % 3, starts % 3])
            {
                int port = start;
                while (taken[port])
                {
                    probes++;
                    port = (port + 1) % 3;
                }

                taken[port] = true;
            }
        }

        Assert.Equal(probes / 27.0, ClosedForms.FillingProbes(3), 12);
    }
}
