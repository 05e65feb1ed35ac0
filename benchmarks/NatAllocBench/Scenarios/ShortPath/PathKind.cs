using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Scenarios.ShortPath;

/// <summary>Flows and a rule of which the short path covers all or nothing.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Era">The era.</param>
/// <param name="Mode">The allocation mode.</param>
internal sealed record PathKind(string Name, string Era, RaceMode Mode)
{
    private const ushort FirstPort = 1024;
    private const ushort LastPort = 65535;

    /// <summary>False: every connection takes the general path.</summary>
    public bool TakesShortPath { get; init; } = true;

    /// <summary>Whether something is called between allocation and confirm.</summary>
    public bool HasWindow { get; init; }

    /// <summary>Changes the rule, which masquerades to one address.</summary>
    public Func<NatRange<IPv4Address>, NatRange<IPv4Address>> RuleOf { get; init; } = rule => rule;

    /// <summary>Changes flow n, which comes from the n-th client, from one port to one destination.</summary>
    public Func<ConntrackTuple<IPv4Address>, int, ConntrackTuple<IPv4Address>> FlowOf { get; init; } = (flow, _) => flow;

    /// <summary>The rule.</summary>
    public NatRange<IPv4Address> Rule => RuleOf(NatRange<IPv4Address>.Masquerade(RaceWorkload.NatAddress(0), Mode.Flags));

    /// <summary>What the short path covers in the usual workload, and every kind that it leaves to the general path.</summary>
    public static IReadOnlyList<PathKind> All { get; } =
    [
        new("covered", "6.12", RaceMode.Default),
        new("covered, but on the general path", "6.12", RaceMode.Default) { TakesShortPath = false },
        new("a conntrack zone", "6.12", RaceMode.Default) { FlowOf = (flow, _) => flow with { Zone = 1 } },
        new("another protocol (DCCP)", "6.12", RaceMode.Default) { FlowOf = (flow, _) => flow with { Protocol = IPProtocol.Dccp } },
        new("a rule of one port, a destination for each flow", "6.12", RaceMode.Default)
        {
            RuleOf = rule => rule.WithPorts(LastPort, LastPort),
            FlowOf = (flow, n) => flow with { Destination = RaceWorkload.DestinationAddress(n) },
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
        new("the first era that is covered", "5.0", RaceMode.Default),
        new("the first era that is covered, on the general path", "5.0", RaceMode.Default) { TakesShortPath = false },
        new("an era before 5.0", "4.14", RaceMode.Default),
        new("an era before 5.0", "4.14", RaceMode.RandomFully),
    ];

    /// <summary>Flows, each once.</summary>
    /// <param name="count">How many, at most 60,000.</param>
    public ConntrackTuple<IPv4Address>[] Flows(int count) =>
    [
        .. Enumerable.Range(0, count).Select(n => FlowOf(
            ConntrackTuple<IPv4Address>.Of(
                IPProtocol.Tcp, RaceWorkload.ClientAddress(n), 20_000, RaceWorkload.DestinationAddress(0), 80),
            n)),
    ];

    private static ConntrackTuple<IPv4Address> WithOwnPort(ConntrackTuple<IPv4Address> flow, int n) =>
        flow with { SourcePort = (ushort)(FirstPort + n) };
}
