using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Results.Model;
using NatAllocBench.Scenarios;
using NatAllocBench.Scenarios.DnatDns;

namespace NatAllocBench.Tests.Scenarios;

public sealed class DnatDnsTests
{
    /// <summary>
    /// Live kernels: of overlapping pairs, what share lost a packet and what share was resolved. On each kernel nearly all pairs
    /// overlapped, so a share above one half stands for "always" and 0 for "never".
    /// </summary>
    public static TheoryData<string, string, string, double, double, double> LiveKernels => new()
    {
        // era of the kernel, protocol, rules, lost, clash_resolve, insert_failed per pair
        { "4.14", "udp", "masq", 0.994, 0, 0.994 }, // 4.13.9
        { "4.14", "udp", "masq-rand", 0.993, 0, 0.993 },
        { "4.14", "udp", "masq-fully", 0.994, 0, 0.994 },
        { "4.14", "udp", "dnat2", 0.986, 0, 0.986 },
        { "4.14", "udp", "dnat2+masq", 0.985, 0, 0.985 },
        { "4.14", "udp", "dnat2+masq-fully", 0.978, 0, 0.978 },
        { "4.14", "tcp", "masq", 0.959, 0, 0.959 },
        { "4.14", "tcp", "dnat2", 0.942, 0, 0.942 },
        { "4.14", "tcp", "dnat2+masq-fully", 0.984, 0, 0.988 },
        { "4.14", "udp", "ctonly", 0.956, 0, 0.966 },
        { "4.14", "tcp", "ctonly", 0.907, 0, 0.907 },
        { "5.10", "udp", "masq", 0, 0.959, 0 }, // 5.10.0
        { "5.10", "udp", "masq-rand", 0, 0.955, 0 },
        { "5.10", "udp", "masq-fully", 0, 0.899, 0 },
        { "5.10", "udp", "dnat2", 0, 0.875, 0 },
        { "5.10", "udp", "dnat2+masq", 0, 0.902, 0 },
        { "5.10", "udp", "dnat2+masq-fully", 0, 0.917, 0 },
        { "5.10", "tcp", "masq", 0.966, 0, 0.966 },
        { "6.1", "udp", "masq", 0, 0.976, 0 }, // 6.1.0
        { "6.1", "udp", "masq-fully", 0, 0.973, 0 },
        { "6.1", "udp", "dnat2", 0, 0.929, 0 },
        { "6.1", "udp", "dnat2+masq", 0, 0.991, 0 },
        { "6.1", "tcp", "dnat2", 0.949, 0, 0.949 },
        { "6.1", "udp", "ctonly", 0, 0.874, 0 },
        { "6.12-lts", "udp", "masq", 0, 0.910, 0 }, // 6.12.107
        { "6.12-lts", "udp", "masq-rand", 0, 0.872, 0 },
        { "6.12-lts", "udp", "dnat2", 0, 0.802, 0 },
        { "6.12-lts", "udp", "dnat2+masq-fully", 0, 0.971, 0 },
        { "6.12-lts", "tcp", "masq", 0.990, 0, 0.990 },
        { "6.12-lts", "udp", "ctonly", 0, 0.801, 0 },
        { "6.18", "udp", "masq", 0, 0.980, 0 }, // 6.18.44
        { "6.18", "udp", "masq-fully", 0, 0.972, 0 },
        { "6.18", "udp", "dnat2", 0, 0.961, 0 },
        { "6.18", "udp", "dnat2+masq", 0, 0.977, 0 },
        { "6.18", "tcp", "dnat2+masq-fully", 0.990, 0, 0.992 },
        { "6.18", "udp", "ctonly", 0, 0.919, 0 },
        { "6.18", "tcp", "ctonly", 0.981, 0, 0.981 },
    };

    [Theory]
    [MemberData(nameof(LiveKernels))]
    public void Overlapping_pairs_end_as_on_the_live_kernel(
        string era, string protocol, string rules, double lost, double resolved, double insertFailed)
    {
        IPProtocol number = Enum.Parse<IPProtocol>(protocol, ignoreCase: true);

        ScenarioCell cell = Pairs(era, rules, BackendChoice.Random, number);

        Assert.Equal(lost > 0.5 ? 1 : 0, Figure(cell, "second dropped").Measured);
        Assert.Equal(resolved > 0.5 ? 1 : 0, Figure(cell, "clash_resolve per pair").Measured);
        Assert.Equal(insertFailed > 0.5 ? 1 : 0, Figure(cell, "insert_failed per pair").Measured);
    }

    [Theory]
    [InlineData("4.4", 1, 0)]
    [InlineData("4.14", 1, 1)]
    [InlineData("5.4", 1, 1)]
    public void Drop_counts_lost_queries_from_4_7_on(string era, double insertFailed, double drop)
    {
        ScenarioCell cell = Pairs(era, "dnat2", BackendChoice.Different);

        Assert.Equal(insertFailed, Figure(cell, "insert_failed per pair").Measured);
        Assert.Equal(drop, Figure(cell, "drop per pair").Measured);
    }

    [Theory]
    [InlineData("4.18", 1, 0, 0)]
    [InlineData("4.19", 0, 1, 0)]
    [InlineData("5.4", 0, 1, 0)]
    [InlineData("5.6", 0, 1, 0)]
    public void Queries_that_chose_the_same_backend_are_merged_since_4_19(string era, double dropped, double merged, double replyOnly) =>
        AssertOutcome(Pairs(era, "dnat2", BackendChoice.Same), dropped, merged, replyOnly);

    [Theory]
    [InlineData("4.19", 1, 0, 0)]
    [InlineData("5.4", 1, 0, 0)]
    [InlineData("5.6", 0, 0, 1)]
    [InlineData("6.18", 0, 0, 1)]
    public void Queries_that_chose_different_backends_stand_reply_only_since_5_6(
        string era, double dropped, double merged, double replyOnly) =>
        AssertOutcome(Pairs(era, "dnat2", BackendChoice.Different), dropped, merged, replyOnly);

    [Theory]
    [InlineData("4.20", 1, 0, 0)]
    [InlineData("5.0", 0, 1, 0)]
    public void Second_translation_after_the_first_confirm_moves_the_port_until_the_same_origin_rule_of_5_0(
        string era, double dropped, double merged, double replyOnly) =>
        AssertOutcome(Pairs(era, "dnat2", BackendChoice.Same, overlap: Overlap.FirstConfirms), dropped, merged, replyOnly);

    [Theory]
    [InlineData("5.0", "dnat2")]
    [InlineData("5.10", "dnat3")]
    public void Backends_drawn_at_random_agree_with_their_law(string era, string rules)
    {
        ScenarioCell cell = Pairs(era, rules, BackendChoice.Random);

        Assert.All(cell.Figures.Where(figure => figure.Predicted is not null), figure => Assert.True(figure.Agrees));
        Assert.Contains(cell.Figures, figure => figure.Predicted is > 0 and < 1);
    }

    [Fact]
    public void Racing_threads_account_for_every_overlapping_pair()
    {
        IReadOnlyList<int> cpus = [.. CpuSet.Allowed().Cpus];

        ScenarioCell cell = EraExperiment.Run("5.10", new RacingQueries(DnsRules.Parse("dnat2"), cpus, 1, default));

        if (cell.Missing is not null)
        {
            Assert.Contains(cell.Missing, (string[])["needs two CPUs", "no pair overlapped"]);
            return;
        }

        Assert.Equal(0, Figure(cell, "of these: second dropped").Measured);
        Assert.Equal(1, Figure(cell, "merged").Measured + Figure(cell, "reply-only for 1 s").Measured, 9);
    }

    private static ScenarioCell Pairs(
        string era, string rules, BackendChoice choice, IPProtocol protocol = IPProtocol.Udp, Overlap overlap = Overlap.BothTranslate) =>
        EraExperiment.Run(era, new OverlappingQueries(DnsRules.Parse(rules), choice, overlap, protocol, 1));

    private static void AssertOutcome(ScenarioCell cell, double dropped, double merged, double replyOnly)
    {
        Assert.Equal(dropped, Figure(cell, "second dropped").Measured);
        Assert.Equal(merged, Figure(cell, "merged").Measured);
        Assert.Equal(replyOnly, Figure(cell, "reply-only for 1 s").Measured);
    }

    private static ScenarioFigure Figure(ScenarioCell cell, string name) => cell.Figures.Single(figure => figure.Name == name);
}
