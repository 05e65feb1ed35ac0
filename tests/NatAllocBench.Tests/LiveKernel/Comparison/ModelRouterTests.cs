using NatAllocBench.LiveKernel;
using NatAllocBench.Netfilter.Eras;

namespace NatAllocBench.Tests.LiveKernel.Comparison;

public class ModelRouterTests
{
    private static readonly Era Newest = EraCatalog.Get("6.18");

    [Fact]
    public void Packets_that_overlap_lose_one_of_two_where_both_want_the_clients_port()
    {
        using ModelRouter router = ModelRouter.Create(Newest, new NatRule(), 100, 1);
        (ModelFate first, ModelFate second) = router.SendTogether(Flows.Connection(0, 0), Flows.Connection(1, 0));
        Assert.True(first.Delivered);
        Assert.False(second.Delivered);
        Assert.Equal(Flows.ClientPort, first.MappedPort);
        Assert.Equal(1, router.Counters.InsertFailed);
    }

    [Fact]
    public void Packets_that_do_not_overlap_both_arrive()
    {
        using ModelRouter router = ModelRouter.Create(Newest, new NatRule(), 100, 1);
        Assert.Equal(Flows.ClientPort, router.Send(Flows.Connection(0, 0)).MappedPort);
        ModelFate second = router.Send(Flows.Connection(1, 0));
        Assert.True(second.Delivered);
        Assert.NotEqual(Flows.ClientPort, second.MappedPort);
        Assert.Equal(1, router.Counters.Found);
    }

    [Fact]
    public void Port_shares_add_up_and_change_nothing()
    {
        var rule = new NatRule { Mode = PortMode.FullyRandom };
        using ModelRouter router = ModelRouter.Create(Newest, rule, 100, 1);
        double[] shares = router.PortShares(Flows.Connection(0, 0));
        Assert.Equal(1, shares.Sum(), 9);

        // 65536 offsets on 64512 ports: the first 1024 ports come up twice as often.
        Assert.Equal(2048.0 / 65536, shares.Skip(1024).Take(1024).Sum(), 9);
        Assert.Equal(0, router.Counters.Sent + router.Counters.Found);
        Assert.True(router.Send(Flows.Connection(0, 0)).Delivered);
    }

    [Fact]
    public void An_empty_small_range_collides_once_in_its_size()
    {
        var rule = new NatRule { Mode = PortMode.Random, Ports = LivePortRange.OfSize(16) };
        using ModelRouter router = ModelRouter.Create(Newest, rule, 100, 1);
        Assert.Equal(1.0 / 16, router.SamePortProbability(Flows.Connection(0, 0)), 9);
    }
}
