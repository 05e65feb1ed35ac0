using NatAllocBench.LiveKernel;

namespace NatAllocBench.Tests.LiveKernel.Ownership;

public sealed class LiveRequirementsTests
{
    [Theory]
    [InlineData("Name:\tdotnet\nCapEff:\t000001fffeffffff\n", new string[0])]
    [InlineData("CapEff:\t00000000a80425fb\n", new[] { "CAP_NET_ADMIN", "CAP_SYS_ADMIN" })]
    [InlineData("CapEff:\t0000000000000000\n", new[] { "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_SYS_ADMIN" })]
    public void Root_without_a_capability_is_told_which(string status, string[] missing) =>
        Assert.Equal(missing, LiveRequirements.MissingCapabilities(status));

    [Fact]
    public void A_kernel_built_without_an_option_is_told_which()
    {
        string configuration = string.Join('\n', KernelConfig.Needed.Select(option => option + "=m"));
        Assert.Empty(KernelConfig.MissingFrom(configuration));
        Assert.Equal(
            ["CONFIG_NFT_MASQ"],
            KernelConfig.MissingFrom(configuration.Replace("CONFIG_NFT_MASQ=m", "# CONFIG_NFT_MASQ is not set", StringComparison.Ordinal)));
    }

    [Fact]
    public void Whatever_is_missing_is_said_in_one_line() =>
        Assert.DoesNotContain("\n", LiveRequirements.WhyUnavailable() ?? string.Empty, StringComparison.Ordinal);
}
