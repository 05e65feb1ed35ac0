using NatAllocBench.Netfilter.Eras;

namespace NatAllocBench.Tests.Netfilter.Eras;

/// <summary>Which era a version string is (specification sections 11.2 to 11.4).</summary>
public sealed class EraMatchTests
{
    [Theory]
    [InlineData("4.15.0-55-generic", "rover, merged without NAT, OneBucket")]
    [InlineData("4.15.0-56-generic", "rover, merged if equal, EightBuckets")]
    [InlineData("4.15.0-175-generic", "rover, merged if equal, EightBuckets")]
    [InlineData("4.15.0-176-generic", "random, merged if equal, EightBuckets")]
    [InlineData("4.15.0-213-lowlatency", "random, merged if equal, EightBuckets")]
    [InlineData("4.14.172", "rover, merged without NAT, EightBuckets")]
    [InlineData("4.14.264", "rover, merged if equal, EightBuckets")]
    [InlineData("4.14.265", "random, merged if equal, EightBuckets")]
    [InlineData("4.19.227", "rover, merged if equal, EightBuckets")]
    [InlineData("4.9.299", "rover, merged without NAT, EightBuckets")]
    [InlineData("4.9.300", "random, merged without NAT, EightBuckets")]
    [InlineData("4.4.302", "rover, dropped, LastOfChain")]
    [InlineData("2.6.32-754.el6.x86_64", "rover, dropped, LastOfChain")]
    [InlineData("3.10.0-514.el7.x86_64", "rover, dropped, FirstMet")]
    [InlineData("3.10.0-1160.59.1.el7.x86_64", "random, merged if equal, FirstMet")]
    [InlineData("4.18.0-147.8.1.el8_1.x86_64", "rover, merged if equal, EightBuckets")]
    [InlineData("4.18.0-193.el8.x86_64", "random, merged if equal, EightBuckets")]
    [InlineData("4.18.0-193.14.2.el8_2.x86_64", "random, reply-only, EightBuckets")]
    [InlineData("5.14.0-284.30.1.el9_2.x86_64", "random, reply-only, EightBuckets")]
    [InlineData("4.14.268-205.500.amzn2.x86_64", "random, merged if equal, EightBuckets")]
    [InlineData("6.12.38+deb13-amd64", "random, reversed, EightBuckets")]
    [InlineData("6.6.57.1-2.azl3", "random, reply-only, EightBuckets")]
    public void Allocator_clash_rule_and_early_drop_are_those_of_the_specification(string kernel, string expected)
    {
        EraTraits traits = EraCatalog.Match(kernel).Era.Traits;
        string clash = traits.Clash switch
        {
            ClashRule.Drop => "dropped",
            ClashRule.MergeWithoutNat => "merged without NAT",
            ClashRule.MergeEqual => "merged if equal",
            ClashRule.InsertReply => "reply-only",
            _ => "reversed",
        };

        string start = traits.DefaultStart == StartOffset.Rover ? "rover" : "random";
        Assert.Equal(expected, $"{start}, {clash}, {traits.EarlyDrop}");
    }

    [Theory]
    [InlineData("5.15.0-71-generic", 8)]
    [InlineData("5.15.0-72-generic", 50)]
    [InlineData("5.15.102", 8)]
    [InlineData("5.15.103", 50)]
    [InlineData("6.1.19", 8)]
    [InlineData("6.1.20", 50)]
    [InlineData("6.2.6", 8)]
    [InlineData("6.2.7", 50)]
    [InlineData("5.14.0-70.el9", 8)]
    [InlineData("5.14.0-362.8.1.el9_3.x86_64", 50)]
    [InlineData("4.18.0-513.el8", 0)]
    [InlineData("5.4.0-216-generic", 0)]
    public void Chain_limit_is_that_of_the_specification(string kernel, int minimum) =>
        Assert.Equal(minimum, EraCatalog.Match(kernel).Era.Traits.ChainLimitMin);

    [Theory]
    [InlineData("4.18.0-477.el8", false)]
    [InlineData("4.18.0-513.el8", true)]
    [InlineData("5.14.0-284.30.1.el9_2", false)]
    [InlineData("5.14.0-362.8.1.el9_3", true)]
    [InlineData("6.1.187", false)]
    [InlineData("6.6.1", true)]
    public void Eviction_comes_with_6_5_and_with_two_releases_of_red_hat(string kernel, bool evicts)
    {
        Era era = EraCatalog.Match(kernel).Era;

        Assert.Equal(evicts, era.Traits.Search == PortSearch.LimitedEvicting);
        Assert.Equal(era.Traits.Search, era.Accept<SearchOf, PortSearch>(default)); // a table is compiled for it
    }

    [Theory]
    [InlineData("4.18.0-240.8.1.el8_3", ClashCounters.MergeCountsAsFailed)]
    [InlineData("4.18.0-193.28.1.el8_2", ClashCounters.ClashResolve)]
    [InlineData("4.18.0-240.10.1.el8_3", ClashCounters.ClashResolve)]
    public void A_branch_of_red_hat_may_have_what_the_next_release_lacks(string kernel, ClashCounters counters) =>
        Assert.Equal(counters, EraCatalog.Match(kernel).Era.Traits.ClashCounters);

    [Theory]
    [InlineData("4.14.80", "early-drop-walks")]
    [InlineData("4.14.120", "same-origin")]
    [InlineData("4.19.250", "random-moves-every-10-s")]
    [InlineData("3.10.0-862.el7", "no-rover")]
    [InlineData("3.10.0-327.el7", "random-fully")]
    [InlineData("4.14.62-70.117.amzn2.x86_64", "merge-equal")]
    [InlineData("4.14.154-128.181.amzn2.x86_64", "merge-equal")]
    [InlineData("6.6.100", "exemption-last")]
    [InlineData("6.11.5", "merge-reverse")]
    [InlineData("4.20.5", "same-origin")]
    [InlineData("6.8.0-45-generic", "exemption-first")]
    [InlineData("5.14.0-427.el9", "exemption-first")]
    [InlineData("6.12.0-55.el10", "exemption-last")]
    [InlineData("5.4.209-116.367.amzn2.x86_64", "reply-only")]
    [InlineData("4.15.0-1040-azure", "no-rover")]
    public void Where_the_source_is_silent_both_candidates_are_given_with_a_caution(string kernel, string doubted)
    {
        EraMatch match = EraCatalog.Match(kernel);

        Assert.NotEmpty(match.Cautions);
        Assert.True(match.Candidates.Count >= 2);
        Assert.Contains(match.Candidates, candidate => candidate.When.StartsWith("without", StringComparison.Ordinal));
        Assert.Contains(match.Candidates, candidate => candidate.When.StartsWith("with ", StringComparison.Ordinal)
            && candidate.When.Contains(doubted, StringComparison.Ordinal));
        Assert.Equal(match.Candidates.Count, match.Candidates.Select(candidate => candidate.Era.Traits).Distinct().Count());
        Assert.Contains(match.Era.Traits, match.Candidates.Select(candidate => candidate.Era.Traits));
    }

    [Theory]
    [InlineData("3.16.85", "no 3.16.y release after 3.16 was read; the answer is that of the first.")]
    [InlineData("4.1.50", "no 4.1.y release after 4.1 was read; the answer is that of the first.")]
    public void A_series_of_which_the_first_release_alone_was_read_says_so(string kernel, string caution) =>
        Assert.Contains(caution, EraCatalog.Match(kernel).Cautions);

    [Theory]
    [InlineData("6.1.0-13-amd64", "uname -v")]
    [InlineData("4.19.0-0.deb10.5-amd64", "uname -v")]
    [InlineData("5.15.0-1111-azure", "not listed")]
    [InlineData("5.15.0-1044-aws", "counts its builds on its own")]
    [InlineData("5.15.0-strange", "backports unknown")]
    public void A_distributions_string_is_never_taken_for_the_first_mainline_release(string kernel, string caution)
    {
        EraMatch match = EraCatalog.Match(kernel);

        Assert.Contains(match.Cautions, text => text.Contains(caution, StringComparison.Ordinal));
        Assert.Equal(2, match.Candidates.Count);
        Assert.NotEqual(match.Candidates[0].Era.Traits, match.Candidates[1].Era.Traits);
    }

    [Theory]
    [InlineData("5.15.150", 0)]
    [InlineData("5.15.150-custom", 1)]
    [InlineData("6.8.12+", 1)]
    [InlineData("6.5.0-14-generic", 1)]
    [InlineData("7.3.1", 1)]
    public void A_release_that_is_not_kernel_orgs_or_not_read_has_a_caution(string kernel, int least) =>
        Assert.InRange(EraCatalog.Match(kernel).Cautions.Count, least, least == 0 ? 0 : 5);

    [Theory]
    [InlineData("5.15.150", KernelVendor.KernelOrg, null)]
    [InlineData("6.12-rc3", KernelVendor.KernelOrg, null)]
    [InlineData("5.15.0-91-generic", KernelVendor.Ubuntu, "91")]
    [InlineData("4.15.0-56.62", KernelVendor.Ubuntu, "56.62")]
    [InlineData("5.15.0-1111-azure", KernelVendor.UbuntuAzure, "1111")]
    [InlineData("4.18.0-193.14.2.el8_2.x86_64", KernelVendor.RedHat, "193.14.2")]
    [InlineData("3.10.0-1160.59.1.el7.x86_64", KernelVendor.RedHat, "1160.59.1")]
    [InlineData("6.1.0-56-cloud-amd64", KernelVendor.DebianAbi, "56")]
    [InlineData("5.10.223-1", KernelVendor.Debian, "1")]
    [InlineData("4.14.268-205.500.amzn2.x86_64", KernelVendor.Amazon, "205.500")]
    [InlineData("6.6.57.1-2.azl3", KernelVendor.AzureLinux, "2")]
    [InlineData("5.15.133+", KernelVendor.Other, null)]
    public void A_version_string_is_taken_apart(string text, KernelVendor vendor, string? build)
    {
        KernelRelease release = KernelRelease.Parse(text);

        Assert.Equal(vendor, release.Vendor);
        Assert.Equal(build, release.Build?.ToString());
    }

    [Theory]
    [InlineData("5.15.150")]
    [InlineData("4.18.0-477.el8")]
    [InlineData("5.15.0-91-generic")]
    public void A_kernel_can_be_raced_by_its_version_string(string kernel)
    {
        Era era = EraCatalog.Get(kernel);

        Assert.Equal(kernel, era.Name);
        Assert.Equal(EraCatalog.Match(kernel).Era.Traits, era.Traits);
        Assert.Equal(KernelVersion.Parse(kernel) with { Patch = era.Version.Patch }, era.Version);
    }

    private readonly struct SearchOf : IEraVisitor<PortSearch>
    {
        public PortSearch Visit<TEra>(Era era)
            where TEra : struct, IEra => TEra.Search;
    }
}
