using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Node.Causes;
using NatAllocBench.Node.Destinations;
using NatAllocBench.Node.Inputs;
using NatAllocBench.Node.Lines;
using NatAllocBench.Node.Rules;
using NatAllocBench.Prediction.Searching;

namespace NatAllocBench.Node.Diagnosing;

/// <summary>Goes through the destinations of a snapshot, fullest first.</summary>
internal sealed class DestinationSurvey(NodeFiles now, NodeFiles? before, Era era, double? interval)
{
    private const byte Icmp = 1;
    private const byte IcmpV6 = 58;
    private const byte Tcp = 6;
    private const byte Udp = 17;

    /// <summary>So many destinations get the exact chance of a search, which costs a millisecond; the others the closed form.</summary>
    private const int MostExact = 200;

    public IReadOnlyList<DestinationReport> Run()
    {
        if (now.Table is not { } table)
        {
            return [];
        }

        return
        [
            .. table.Uses.Where(pair => pair.Value.Translated > 0)
                .OrderByDescending(pair => pair.Value.Ports.Count)
                .ThenBy(pair => pair.Key.Remote).ThenBy(pair => pair.Key.RemotePort).ThenBy(pair => pair.Key.Protocol)
                .Select((pair, i) => Report(pair.Key, pair.Value, isExact: i < MostExact)),
        ];
    }

    /// <summary>The range of a rule and the limits of the era's search in it.</summary>
    public static SearchLimits LimitsOf(SourceNatRule? rule, byte protocol, Era era) => new(
        High(rule) - Low(rule, protocol) + 1,
        era.Traits.Search >= PortSearch.Limited,
        era.Traits.Search == PortSearch.LimitedEvicting && protocol == Tcp);

    /// <summary>Without a range queries have every id, and connections the ports that need no privilege.</summary>
    private static int Low(SourceNatRule? rule, byte protocol) => rule?.PortLow ?? (protocol is Icmp or IcmpV6 ? 0 : 1024);

    private static int High(SourceNatRule? rule) => rule?.High ?? 65535;

    private DestinationReport Report(Destination destination, DestinationUse use, bool isExact)
    {
        SourceNatRule? rule = RuleFor(destination, use);
        SearchLimits limits = LimitsOf(rule, destination.Protocol, era);
        int low = Low(rule, destination.Protocol);
        int high = High(rule);
        SearchChance Search(DestinationUse at) => SearchIn(at, limits, low, high, isExact);
        return new DestinationReport
        {
            Destination = destination,
            Rule = rule,
            Mode = rule is null ? RealMode.NotTold : RuleMode.Of(rule, era),
            Limits = limits,
            Used = use.Ports.CountInRange(low, high),
            Search = Earlier(destination) is { } earlier ? Mean(Search(use), Search(earlier)) : Search(use),
            Rate = Rate(destination, use),
            Growth = Growth(destination, use),
            KeptShare = (double)use.Kept / use.Translated,
            Clients = use.Clients,
        };
    }

    private DestinationUse? Earlier(Destination destination) => before?.Table?.Uses.GetValueOrDefault(destination);

    private static SearchChance SearchIn(DestinationUse use, SearchLimits limits, int low, int high, bool isExact) => isExact
        ? ExactSearch.Of(limits, use.Ports.InRange(low, high), limits.Evicts ? use.TimeWait.InRange(low, high) : [])
        : RandomFill.Of(limits, use.Ports.CountInRange(low, high), limits.Evicts ? use.TimeWait.CountInRange(low, high) : 0);

    private static SearchChance Mean(SearchChance one, SearchChance other) =>
        new((one.Failure + other.Failure) / 2, (one.Probes + other.Probes) / 2);

    /// <summary>
    /// What a log of events counts; else the higher of what both estimates give: each of them misses connections, none counts one twice.
    /// </summary>
    private Bounded? Rate(Destination destination, DestinationUse use)
    {
        if (now.Log is { Seconds: { } logged } log)
        {
            return PoissonInterval.Rate(log.Uses.GetValueOrDefault(destination)?.Opened ?? 0, logged);
        }

        Bounded? standing = now.Entries is null ? null : FromStanding(destination.Protocol, use);
        if (interval is { } seconds && before?.Table is not null)
        {
            int fresh = Earlier(destination) is { } earlier ? use.Ports.CountWithout(earlier.Ports) : use.Ports.Count;
            Bounded seen = PoissonInterval.Rate(fresh, seconds);
            return standing is { } other && other.Value > seen.Value ? other : seen;
        }

        return standing;
    }

    /// <summary>Entries that stand for a known time after their connection ended or failed.</summary>
    private Bounded? FromStanding(byte protocol, DestinationUse use)
    {
        double timeWait = now.Sysctl.Number(SysctlValues.TimeWait) ?? Timeouts.Tcp(TcpState.TimeWait);
        double synSent = now.Sysctl.Number(SysctlValues.SynSent) ?? Timeouts.Tcp(TcpState.SynSent);
        double unreplied = now.Sysctl.Number(SysctlValues.UdpUnreplied) ?? Timeouts.UdpUnreplied;
        return protocol switch
        {
            Tcp when timeWait > 0 && synSent > 0 => Sum((use.TimeWait.Count, timeWait), (use.SynSent, synSent)),
            Udp when unreplied > 0 => PoissonInterval.Rate(use.Unreplied, unreplied),
            _ => null,
        };
    }

    /// <summary>Closed connections, and those that nobody answered: the interval is that of both counts together.</summary>
    private static Bounded Sum((long Count, double Seconds) closed, (long Count, double Seconds) unanswered)
    {
        double perSecond = (closed.Count / closed.Seconds) + (unanswered.Count / unanswered.Seconds);
        long count = closed.Count + unanswered.Count;
        return PoissonInterval.Rate(count, count == 0 ? closed.Seconds : count / perSecond);
    }

    private double? Growth(Destination destination, DestinationUse use)
    {
        if (interval is { } seconds && before?.Table is not null)
        {
            return (use.Ports.Count - (Earlier(destination)?.Ports.Count ?? 0)) / seconds;
        }

        return now.Log is { Seconds: { } logged, Ended: > 0 } log && log.Uses.GetValueOrDefault(destination) is { } events
            ? (events.Opened - events.Ended) / logged
            : null;
    }

    /// <summary>The first rule whose conditions do not speak against the destination and whose range holds most of its ports.</summary>
    private SourceNatRule? RuleFor(Destination destination, DestinationUse use) => now.Rules
        .Where(rule => !rule.IsUnreachable && rule.Connections != 0 && MayServe(rule, destination))
        .FirstOrDefault(rule => rule.PortLow is null || Inside(rule, use) >= 0.9 * use.Ports.Count);

    private static int Inside(SourceNatRule rule, DestinationUse use) => use.Ports.CountInRange(rule.Low, rule.High);

    private static bool MayServe(SourceNatRule rule, Destination destination)
    {
        bool isIPv4 = (destination.NatAddress >> 32) == 0xFFFF;
        if (!NamedAddress.IsName(destination.NatAddress) && !rule.IsOfBothFamilies && isIPv4 == rule.IsIPv6)
        {
            return false;
        }

        bool hasOtherAddress = rule.OnlyAddress is { } only && only != destination.NatAddress;
        return !hasOtherAddress && RuleMatch.MayMatch(rule.Match, destination.Protocol, destination.RemotePort);
    }
}
