using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Scenarios.ShortPath;

/// <summary>
/// Flows and a rule of which the short path covers all or nothing, or whose connections leave it on the way. Destination NAT is missing: a
/// batch has source NAT only.
/// </summary>
/// <param name="Name">What it is.</param>
/// <param name="Era">The era.</param>
/// <param name="Mode">The allocation mode.</param>
internal sealed record PathKind(string Name, string Era, RaceMode Mode)
{
    private const ushort FirstPort = 1024;
    private const ushort LastPort = 65535;
    private const byte IcmpTimestamp = 13;
    private const int ConnectionsOfSocket = 64;

    /// <summary>False: every connection takes the general path.</summary>
    public bool TakesShortPath { get; init; } = true;

    /// <summary>Whether something is called between allocation and confirm.</summary>
    public bool HasWindow { get; init; }

    /// <summary>Whether every address is one of IPv6.</summary>
    public bool IsIPv6 { get; init; }

    /// <summary>Changes the rule, which masquerades to one address.</summary>
    public Func<NatRange<IPv4Address>, NatRange<IPv4Address>> RuleOf { get; init; } = rule => rule;

    /// <summary>Changes flow n, which is TCP and comes from the n-th client, from one port to one destination.</summary>
    public Func<ConntrackTuple<IPv4Address>, int, ConntrackTuple<IPv4Address>> FlowOf { get; init; } = (flow, _) => flow;

    /// <summary>What the short path covers in the usual workload, and kinds that it leaves to the general path.</summary>
    public static IReadOnlyList<PathKind> All { get; } =
    [
        new("covered", "6.12", RaceMode.Default),
        new("covered, but on the general path", "6.12", RaceMode.Default) { TakesShortPath = false },
        new("IPv6", "6.12", RaceMode.Default) { IsIPv6 = true },
        new("IPv6, but on the general path", "6.12", RaceMode.Default) { IsIPv6 = true, TakesShortPath = false },
        new("a conntrack zone", "6.12", RaceMode.Default) { FlowOf = (flow, _) => flow with { Zone = 1 } },
        new("another protocol (DCCP)", "6.12", RaceMode.Default) { FlowOf = (flow, _) => flow with { Protocol = IPProtocol.Dccp } },
        new("ICMP that is no echo (timestamp)", "6.12", RaceMode.Default)
        {
            FlowOf = (flow, _) =>
                ConntrackTuple<IPv4Address>.OfIcmp(flow.Source, flow.SourcePort, flow.Destination, IcmpTimestamp, code: 0),
        },
        new("TCP under a range of 32 ports, a destination for each flow", "6.12", RaceMode.Default)
        {
            RuleOf = rule => rule.WithPorts(LastPort - 31, LastPort),
            FlowOf = WithOwnDestination,
        },
        new("a rule of one port, a destination for each flow", "6.12", RaceMode.Default)
        {
            RuleOf = rule => rule.WithPorts(LastPort, LastPort),
            FlowOf = WithOwnDestination,
        },
        new("a base port, a port for each flow", "6.12", RaceMode.Default)
        {
            RuleOf = rule => rule.WithPorts(FirstPort, LastPort) with
            {
                Flags = rule.Flags | NatFlags.ProtoSpecified | NatFlags.ProtoOffset, BasePort = 1,
            },
            FlowOf = WithOwnPort,
        },
        new("from the NAT address itself, a port for each flow", "6.12", RaceMode.Default)
        {
            FlowOf = (flow, n) => WithOwnPort(flow, n) with { Source = RaceWorkload.NatAddress(0) },
        },
        new("a window between allocation and confirm", "6.12", RaceMode.Default) { HasWindow = true },
        new("a socket with 64 connections: all but its first leave on the way", "6.12", RaceMode.Default)
        {
            FlowOf = (flow, n) => flow with
            {
                Source = RaceWorkload.ClientAddress(n / ConnectionsOfSocket),
                Destination = RaceWorkload.DestinationAddress(n % ConnectionsOfSocket),
            },
        },
        new("the first era that is covered", "5.0", RaceMode.Default),
        new("the first era that is covered, on the general path", "5.0", RaceMode.Default) { TakesShortPath = false },
        new("an era before 5.0", "4.14", RaceMode.Default),
        new("an era before 5.0, a destination for each flow", "4.14", RaceMode.Random) { FlowOf = WithOwnDestination },
        new("an era before 5.0", "4.14", RaceMode.RandomFully),
    ];

    /// <summary>The rule.</summary>
    /// <param name="addressOf">An IPv4 address in the family that is measured.</param>
    public NatRange<TAddress> Rule<TAddress>(Func<IPv4Address, TAddress> addressOf)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        NatRange<IPv4Address> rule = RuleOf(NatRange<IPv4Address>.Masquerade(RaceWorkload.NatAddress(0), Mode.Flags));
        return new NatRange<TAddress>
        {
            Flags = rule.Flags,
            MinAddress = addressOf(rule.MinAddress),
            MaxAddress = addressOf(rule.MaxAddress),
            MinPort = rule.MinPort,
            MaxPort = rule.MaxPort,
            BasePort = rule.BasePort,
        };
    }

    /// <summary>Flows, each once.</summary>
    /// <param name="count">How many, at most 60,000.</param>
    /// <param name="addressOf">An IPv4 address in the family that is measured.</param>
    public ConntrackTuple<TAddress>[] Flows<TAddress>(int count, Func<IPv4Address, TAddress> addressOf)
        where TAddress : unmanaged, IAddress<TAddress> =>
    [
        .. Enumerable.Range(0, count)
            .Select(n => FlowOf(
                ConntrackTuple<IPv4Address>.Of(
                    IPProtocol.Tcp, RaceWorkload.ClientAddress(n), 20_000, RaceWorkload.DestinationAddress(0), 80),
                n))
            .Select(flow => new ConntrackTuple<TAddress>
            {
                Source = addressOf(flow.Source),
                Destination = addressOf(flow.Destination),
                SourceKey = flow.SourceKey,
                DestinationKey = flow.DestinationKey,
                Protocol = flow.Protocol,
                Zone = flow.Zone,
            }),
    ];

    private static ConntrackTuple<IPv4Address> WithOwnDestination(ConntrackTuple<IPv4Address> flow, int n) =>
        flow with { Destination = RaceWorkload.DestinationAddress(n) };

    private static ConntrackTuple<IPv4Address> WithOwnPort(ConntrackTuple<IPv4Address> flow, int n) =>
        flow with { SourcePort = (ushort)(FirstPort + n) };
}
