namespace NatAllocBench.LiveKernel;

/// <summary>
/// Clients behind one NAT address that connect to one destination from the same sequence of source ports, half of them on each of two CPUs,
/// in three kinds of arrival; over the kernel's own port range.
/// </summary>
public static class ArrivalCells
{
    private const int RangeSize = 64512;

    /// <summary>Connections into an empty range, before rounding to whole rounds; the range ends a quarter full.</summary>
    private const int ConnectionsWhenEmpty = RangeSize / 4;

    /// <summary>Senders meet; then every client sends once, each sender's clients back to back from an offset uniform in 0 to D.</summary>
    /// <param name="clients">Clients, even, 2 or more.</param>
    /// <param name="mode">How ports are chosen.</param>
    /// <param name="protocol">TCP or UDP.</param>
    /// <param name="fill">Middle of the occupancy while they send, 0 for a table that is empty at the start.</param>
    /// <param name="offsetNanoseconds">D.</param>
    public static LiveCell Bursts(int clients, PortMode mode, LiveProtocol protocol, double fill, double offsetNanoseconds) =>
        Cell("bursts", clients, mode, protocol, fill, plan => plan with
        {
            Lockstep = new LockstepPlan { PacketsPerMeeting = clients / 2, OffsetNanoseconds = offsetNanoseconds },
        });

    /// <summary>Senders meet; then every client sends after a delay of its own, exponential with the given mean.</summary>
    /// <param name="clients">Clients, even, 2 or more.</param>
    /// <param name="mode">How ports are chosen.</param>
    /// <param name="protocol">TCP or UDP.</param>
    /// <param name="fill">Middle of the occupancy while they send, 0 for a table that is empty at the start.</param>
    /// <param name="spreadNanoseconds">Mean delay.</param>
    public static LiveCell Tick(int clients, PortMode mode, LiveProtocol protocol, double fill, double spreadNanoseconds) =>
        Cell("tick", clients, mode, protocol, fill, plan => plan with
        {
            Lockstep = new LockstepPlan
            {
                PacketsPerMeeting = clients / 2,
                OffsetNanoseconds = 0,
                MeanDelayNanoseconds = spreadNanoseconds,
            },
        });

    /// <summary>Independent clients: the connections of each sender are a Poisson process.</summary>
    /// <param name="clients">Clients, even, 2 or more.</param>
    /// <param name="mode">How ports are chosen.</param>
    /// <param name="protocol">TCP or UDP.</param>
    /// <param name="fill">Middle of the occupancy while they send, 0 for a table that is empty at the start.</param>
    /// <param name="perSecond">Connections per second of all clients together.</param>
    public static LiveCell Poisson(int clients, PortMode mode, LiveProtocol protocol, double fill, double perSecond) =>
        Cell("poisson", clients, mode, protocol, fill, plan => plan with
        {
            Pacing = Pacing.Poisson,
            PacketsPerSecond = perSecond / 2,
            UntilTheFirstEnds = true,
        });

    private static LiveCell Cell(
        string arrival, int clients, PortMode mode, LiveProtocol protocol, double fill, Func<SendPlan, SendPlan> timed)
    {
        // As in the races in lockstep: with a fill, the occupancy goes through the ten percent around it.
        int connections = fill > 0 ? RangeSize / 10 : ConnectionsWhenEmpty;
        int rounds = Math.Max(1, connections / clients);
        int before = fill > 0 ? (int)Math.Round((fill * RangeSize) - (connections / 2.0)) : 0;
        return new LiveCell
        {
            Name = FormattableString.Invariant($"{arrival} {NftRuleset.Name(protocol)} {mode} {clients} clients at {fill:0.##}"),
            Rule = new NatRule { Protocol = protocol, Mode = mode },
            Fill = fill,
            Prefill = before > 0 ? new SendPlan { Protocol = protocol, Senders = Flows.Rounds(1, before, firstIndex: clients) } : null,
            Plan = timed(new SendPlan { Protocol = protocol, Senders = Flows.SharedPorts(clients, rounds, senders: 2) }),
        };
    }
}
