using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Batching;

/// <summary>
/// What is the same for all connections of a rule in an era, made once, and whether the short path covers them. It covers source NAT to
/// addresses, with or without ports, whose searches start at a random offset: the three modes of every era from 5.0 on. Not covered: eras
/// before 5.0 (rovers, keyed starts, entry timers), a base port, a range of one port that is accepted unchecked, TCP under a range so small
/// that the first try may evict, and rules without an address.
/// </summary>
/// <typeparam name="TAddress">The address family.</typeparam>
internal readonly struct ConnectPlan<TAddress>
    where TAddress : unmanaged, IAddress<TAddress>
{
    private const NatFlags Known = NatFlags.MapIps | NatFlags.ProtoSpecified | NatFlags.Persistent | StartOffsets.AnyRandom;

    /// <summary>The rule; a field, so that it is handed on without a copy.</summary>
    public readonly NatRange<TAddress> Range;

    private readonly EraTraits _traits;
    private readonly bool _hasOneAddress;
    private readonly uint _leftToEviction;
    private readonly bool _coversTcp;

    /// <summary>A plan.</summary>
    /// <param name="traits">The era.</param>
    /// <param name="range">The rule.</param>
    public ConnectPlan(EraTraits traits, in NatRange<TAddress> range)
    {
        _traits = traits;
        Range = range;
        KeepsPort = (range.Flags & StartOffsets.AnyRandom) == 0;
        HasPorts = (range.Flags & NatFlags.ProtoSpecified) != 0;
        DrawsChainLimit = traits.ChainLimitMin != 0;
        IsCovered = IsOfCommonShape(traits, in range);
        _hasOneAddress = range.MinAddress.Equals(range.MaxAddress);
        _leftToEviction = traits.Search == PortSearch.LimitedEvicting ? SearchLimits.EvictingAttempts : 0;
        _coversTcp = !HasPorts || (uint)Math.Abs(range.MaxPort - range.MinPort) + 1 > _leftToEviction;
        Status = EntryStatus.SourceNat | EntryStatus.SourceNatDone;
        TcpStatus = EntryStatus.WithState(Status, TcpState.SynSent);
        TcpLifetime = Timeouts.Initial(IPProtocol.Tcp);
        UdpLifetime = Timeouts.Initial(IPProtocol.Udp);
        IcmpLifetime = Timeouts.Initial(IPProtocol.Icmp);
    }

    /// <summary>Whether the short path covers flows of this rule at all.</summary>
    public bool IsCovered { get; }

    /// <summary>Whether a connection keeps its port if that is free.</summary>
    public bool KeepsPort { get; }

    /// <summary>Whether the rule names ports.</summary>
    public bool HasPorts { get; }

    /// <summary>Whether confirm draws a limit for chains.</summary>
    public bool DrawsChainLimit { get; }

    /// <summary>Status bits of a new entry that is not of TCP.</summary>
    public ulong Status { get; }

    /// <summary>Status bits of a new TCP entry.</summary>
    public ulong TcpStatus { get; }

    /// <summary>Lifetime of a new TCP entry, ms.</summary>
    public uint TcpLifetime { get; }

    /// <summary>Lifetime of a new UDP entry, ms.</summary>
    public uint UdpLifetime { get; }

    /// <summary>Lifetime of a new ICMP entry, ms.</summary>
    public uint IcmpLifetime { get; }

    /// <summary>Whether this is the plan of a rule.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsOf(in NatRange<TAddress> range) => Range.Flags == range.Flags
        && Range.MinAddress.Equals(range.MinAddress) && Range.MaxAddress.Equals(range.MaxAddress)
        && Range.MinPort == range.MinPort && Range.MaxPort == range.MaxPort;

    /// <summary>
    /// Whether a flow has the common shape: TCP, UDP or an ICMP echo request, in zone 0, from an address that is not one of the rule's own.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Covers(in ConntrackTuple<TAddress> original)
    {
        bool isKnown = original.Protocol switch
        {
            IPProtocol.Tcp => _coversTcp,
            IPProtocol.Udp => true,
            _ => IsEchoRequest(in original),
        };
        return isKnown && original.Zone == 0 && (_hasOneAddress ? !original.Source.Equals(Range.MinAddress) : IsOutside(original.Source));
    }

    /// <summary>The NAT address of a flow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TAddress AddressFor(in ConntrackTuple<TAddress> original) => _hasOneAddress
        ? Range.MinAddress
        : AddressPool.AddressFor(in original, in Range, ManipType.Source, _traits.PoolHash);

    /// <summary>The keys that a search for a flow runs through.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PortCandidates CandidatesFor(in ConntrackTuple<TAddress> original) =>
        PortCandidates.For(in original, in Range, ManipType.Source, _traits);

    /// <summary>Whether a flow's own key may be kept: without ports in the rule, or with a key among them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayKeep(in ConntrackTuple<TAddress> original) =>
        KeepsPort && (!HasPorts || Range.ContainsPort(in original, ManipType.Source));

    /// <summary>
    /// How many candidates the short path probes; the general path does what comes after them: evictions and further rounds.
    /// </summary>
    public uint AttemptsFor(in ConntrackTuple<TAddress> original, in PortCandidates candidates)
    {
        uint attempts = Math.Min(candidates.Size, SearchLimits.MaxAttempts);
        return original.Protocol == IPProtocol.Tcp ? attempts - Math.Min(attempts, _leftToEviction) : attempts;
    }

    private static bool IsOfCommonShape(EraTraits traits, in NatRange<TAddress> range) =>
        traits.Search is PortSearch.Limited or PortSearch.LimitedEvicting
        && StartOffsets.KindOf(traits, range.Flags) == StartOffset.Random
        && traits.Gc != GcSchedule.EntryTimers
        && !traits.BySourceFirstOnly
        && (range.Flags & ~Known) == 0
        && (range.Flags & NatFlags.MapIps) != 0
        && ((range.Flags & NatFlags.ProtoSpecified) == 0 || range.MinPort < range.MaxPort);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool IsEchoRequest(in ConntrackTuple<TAddress> original) => _traits.CommonIcmpSearch && original.IsIcmp
        && original.DestinationKey == (TAddress.L3Num == 2 ? IcmpTypes.EchoRequest : IcmpTypes.EchoRequestV6)
        && original.Protocol == (TAddress.L3Num == 2 ? IPProtocol.Icmp : IPProtocol.IcmpV6);

    private bool IsOutside(TAddress address) => address.CompareTo(Range.MinAddress) < 0 || address.CompareTo(Range.MaxAddress) > 0;
}
