namespace NatAllocBench.LiveKernel;

/// <summary>The cells of the comparison between kernel and model, as data.</summary>
public static class ComparisonCells
{
    /// <summary>The range sizes of the race.</summary>
    public static IReadOnlyList<int> RaceRangeSizes { get; } = [16, 64, 256, 1024, 8192, 64512];

    /// <summary>
    /// Two senders in lockstep towards the same destinations, each pair with random offsets. Without a fill each destination ends a quarter
    /// full (R/8 pairs); with one it is raced through the ten percent around it (R/20 pairs).
    /// </summary>
    /// <param name="rangeSize">Ports to choose from; 64512 installs no explicit range, so that default mode tries the client's port
    /// first.</param>
    /// <param name="mode">How ports are chosen.</param>
    /// <param name="protocol">TCP or UDP.</param>
    /// <param name="pairs">Meetings per repetition, rounded down to whole destinations.</param>
    /// <param name="offsetNanoseconds">Upper end of the random start offsets.</param>
    /// <param name="fill">Middle of the raced occupancy, 0 for 0 to 25 %, else 0.05 to 0.95.</param>
    public static LiveCell Race(
        int rangeSize,
        PortMode mode,
        LiveProtocol protocol = LiveProtocol.Tcp,
        int pairs = 10_000,
        double offsetNanoseconds = 2000,
        double fill = 0)
    {
        int perDestination = Math.Max(1, fill > 0 ? rangeSize / 20 : rangeSize / 8);
        int destinations = Math.Max(1, pairs / perDestination);
        int before = fill > 0 ? (int)Math.Round((fill * rangeSize) - perDestination) : 0;
        return new LiveCell
        {
            Name = $"race {NftRuleset.Name(protocol)} {mode} {rangeSize}"
                + (fill > 0 ? FormattableString.Invariant($" at {fill:0.##}") : string.Empty),
            Fill = fill,
            Rule = new NatRule { Protocol = protocol, Mode = mode, Ports = rangeSize == 64512 ? null : LivePortRange.OfSize(rangeSize) },
            Prefill = before > 0 ? new SendPlan { Protocol = protocol, Senders = Flows.Rounds(destinations, before) } : null,
            Plan = new SendPlan
            {
                Protocol = protocol,
                Senders = Flows.Pairs(destinations * perDestination, perDestination, (long)destinations * before),
                Lockstep = new LockstepPlan { OffsetNanoseconds = offsetNanoseconds },
            },
        };
    }

    /// <summary>
    /// Default mode, a fresh destination for every pair and the same client port: both connections ask for that port, so each lost one is
    /// an overlap. Gives the overlap probability for the offsets of the races, and the window.
    /// </summary>
    public static LiveCell Calibration(double offsetNanoseconds, LiveProtocol protocol = LiveProtocol.Tcp, int pairs = 10_000) => new()
    {
        Name = FormattableString.Invariant($"calibration {NftRuleset.Name(protocol)} U(0,{offsetNanoseconds:0} ns)"),
        Rule = new NatRule { Protocol = protocol },
        Plan = new SendPlan
        {
            Protocol = protocol,
            Senders = Flows.Pairs(pairs, 1),
            Lockstep = new LockstepPlan { OffsetNanoseconds = offsetNanoseconds },
        },
    };

    /// <summary>Both senders send the same tuple at the same time, each pair to a destination of its own.</summary>
    public static LiveCell SameTuple(NatRule rule, double offsetNanoseconds = 2000, int pairs = 2000)
    {
        ArgumentNullException.ThrowIfNull(rule);
        string translation = $"{rule.Source}{(rule.TwoBackends ? " two backends" : string.Empty)} {rule.Mode}";
        return new LiveCell
        {
            Name = $"same tuple {NftRuleset.Name(rule.Protocol)} {translation}",
            Rule = rule,
            Plan = new SendPlan
            {
                Protocol = rule.Protocol,
                Senders = Flows.Pairs(pairs, 1, sameTuple: true),
                Lockstep = new LockstepPlan { OffsetNanoseconds = offsetNanoseconds },
            },
        };
    }

    /// <summary>More connections per destination than the range has ports; what is determined must come out exactly.</summary>
    public static LiveCell Exhaustion(
        LiveProtocol protocol, PortMode mode, int senders = 1, int ports = 100, int connections = 200, int destinations = 20) => new()
        {
            Name = $"exhaustion {NftRuleset.Name(protocol)} {mode} {connections} into {ports}, {senders} sender(s)",
            Rule = new NatRule { Protocol = protocol, Mode = mode, Ports = LivePortRange.OfSize(ports) },
            Plan = new SendPlan { Protocol = protocol, Senders = Flows.Rounds(destinations, connections, senders) },
            Tolerance = 0,
        };

    /// <summary>Everything to one destination, as fast as the kernel takes it, over the kernel's own port range.</summary>
    /// <param name="mode">How ports are chosen.</param>
    /// <param name="senders">Sender threads.</param>
    /// <param name="protocol">TCP or UDP.</param>
    /// <param name="connections">Connections into a range that is empty at the start.</param>
    /// <param name="fill">Middle of the occupancy while they send; above 0, a tenth of the range is sent around it.</param>
    public static LiveCell Saturated(
        PortMode mode, int senders, LiveProtocol protocol = LiveProtocol.Tcp, int connections = 20_000, double fill = 0)
    {
        const int RangeSize = 64512;
        int sent = fill > 0 ? RangeSize / 10 : connections;
        int before = fill > 0 ? (int)Math.Round((fill * RangeSize) - (sent / 2.0)) : 0;
        return new LiveCell
        {
            Name = $"saturated {NftRuleset.Name(protocol)} {mode}, {senders} sender(s)"
                + (fill > 0 ? FormattableString.Invariant($" at {fill:0.##}") : string.Empty),
            Rule = new NatRule { Protocol = protocol, Mode = mode },
            Fill = fill,
            Prefill = before > 0 ? new SendPlan { Protocol = protocol, Senders = Flows.Rounds(1, before) } : null,
            Plan = new SendPlan { Protocol = protocol, Senders = Flows.Rounds(1, sent, senders, before), UntilTheFirstEnds = true },
        };
    }
}
