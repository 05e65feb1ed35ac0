using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Protocols;

namespace NatAllocBench.Tests.Netfilter.Protocols;

public sealed class RetransmissionScheduleTests
{
    // Initial timeout, plain retries, and timeouts that do not double (before the doubling starts).
    [Theory]
    [InlineData("2.6.32", 3, 5, 0)]
    [InlineData("3.0.101", 3, 5, 0)]
    [InlineData("3.1", 1, 5, 0)]
    [InlineData("3.6", 1, 5, 0)]
    [InlineData("4.4", 1, 6, 0)]
    [InlineData("6.4.16", 1, 6, 0)]
    [InlineData("6.5", 1, 6, 4)]
    [InlineData("7.1", 1, 6, 4)]
    public void Offsets_follow_from_the_initial_timeout_and_the_sysctl_defaults(string version, int rto, int retries, int linear)
    {
        List<int> expected = [];
        int at = 0;
        int timeout = rto;
        for (int sent = 0; sent < retries + linear; sent++)
        {
            at += timeout;
            expected.Add(at);
            timeout = sent < linear ? rto : timeout * 2;
        }

        RetransmissionSchedule schedule = RetransmissionSchedule.For(KernelVersion.Parse(version));
        Assert.Equal(expected, schedule.OffsetsSeconds);
        Assert.Equal(at + timeout, schedule.GivesUpAtSeconds);
    }

    [Fact]
    public void A_client_that_loses_twice_waits_three_seconds_up_to_6_4_and_two_from_6_5()
    {
        Assert.Equal(3, RetransmissionSchedule.For(new KernelVersion(6, 4)).OffsetsSeconds[1]);
        Assert.Equal(2, RetransmissionSchedule.For(new KernelVersion(6, 5)).OffsetsSeconds[1]);
    }
}
