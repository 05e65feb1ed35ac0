using NatAllocBench.LiveKernel;

namespace NatAllocBench.Tests.LiveKernel.Cells;

[Collection(LiveTests.Name)]
public sealed class ConnectTests(LiveTestRun run)
{
    private const int Clients = 20;
    private const int Rounds = 10;

    [LiveFact(Command = "iptables-restore")]
    public void One_cpu_connects_every_client_at_once_whatever_the_rule_and_the_ports()
    {
        using LiveSession session = LiveSession.Open(run.Options);
        foreach (RuleFrontEnd frontEnd in Enum.GetValues<RuleFrontEnd>())
        {
            foreach (PortMode mode in Enum.GetValues<PortMode>())
            {
                foreach (ClientPorts ports in Enum.GetValues<ClientPorts>())
                {
                    ConnectRepetition done = session.Connect(Plan(new NatRule { Mode = mode, FrontEnd = frontEnd }, ports, senders: 1));
                    Assert.Equal((Clients * Rounds, 0, Clients * Rounds), (done.Attempts, done.Failed, done.Seconds.Count));
                    Assert.Equal(0, done.Counters.Total.InsertFailed);

                    // Clients of one round share a port: in default mode all but the first find it taken.
                    bool isContested = ports == ClientPorts.Shared && mode == PortMode.Default;
                    Assert.True(!isContested || done.Counters.Total.Found >= (Clients - 1) * Rounds, $"found {done.Counters.Total.Found}");
                }
            }
        }
    }

    [LiveFact(Cpus = 2)]
    public void A_client_without_a_port_sends_its_syn_again_and_is_given_up()
    {
        // A range of one port is handed out without a look at who has it: whoever comes second is not inserted.
        using LiveSession session = LiveSession.Open(run.Options);
        ConnectPlan plan = Plan(new NatRule { Ports = new LivePortRange(30000, 30000) }, ClientPorts.Kernel, senders: 2) with
        {
            Clients = 4,
            Rounds = 1,
            PatienceSeconds = 1.5,
        };
        ConnectRepetition done = session.Connect(plan);

        // The first is closed at once, and from 6.5 on a later SYN may evict it: whoever gets its port then has waited for a
        // retransmission.
        Assert.Equal((4, 4), (done.Attempts, done.Seconds.Count + done.Failed));
        Assert.InRange(done.Seconds.Count, 1, 3);
        // A first SYN that comes when the first is closed may evict it at once, without a retransmission.
        Assert.InRange(done.Seconds.Count - done.Delayed(1), 1, 2);
        long lost = done.Failed + done.Delayed(1);
        Assert.True(
            done.Counters.Total.InsertFailed >= lost, $"{lost} first SYNs were lost, insert_failed {done.Counters.Total.InsertFailed}");
    }

    [Theory]
    [InlineData(0.0001, 0)]
    [InlineData(1.03, 1)]
    [InlineData(2.05, 2)]
    [InlineData(3.1, 3)]
    [InlineData(7.2, 7)]
    public void A_connection_counts_at_the_delay_that_it_waited_for(double seconds, int delay)
    {
        var done = new ConnectRepetition([seconds], 1, 0, new KernelReading(
            [new ConntrackCounters { Found = 0, InsertFailed = 0, Drop = 0, EarlyDrop = 0 }], 0));
        Assert.All(ConnectRepetition.Delays, one => Assert.Equal(one == delay ? 1 : 0, done.Delayed(one)));
    }

    private static ConnectPlan Plan(NatRule rule, ClientPorts ports, int senders) => new()
    {
        Rule = rule,
        Ports = ports,
        Senders = senders,
        Clients = Clients,
        Rounds = Rounds,
        IntervalMilliseconds = 2,
    };
}
