using System.Buffers.Binary;
using System.Net;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.LiveKernel;

/// <summary>The router's rules in the model's terms.</summary>
internal static class ModelRules
{
    /// <summary>What the source rule allows; null where no rule translates, so that the hook makes a null binding.</summary>
    public static NatRange<IPv4Address>? Source(NatRule rule)
    {
        NatFlags flags = Flags(rule);
        NatRange<IPv4Address>? range = rule.Source switch
        {
            SourceNat.Masquerade => NatRange<IPv4Address>.Masquerade(Address(TopologyAddresses.RouterOutside), flags),
            SourceNat.Snat => NatRange<IPv4Address>.Pool(Address(rule.SnatFirst), Address(rule.SnatLast), flags),
            _ => null,
        };
        return range is { } found && rule.Ports is { } ports ? found.WithPorts(ports.Low, ports.High) : range;
    }

    /// <summary>The range of one of the two backends.</summary>
    public static NatRange<IPv4Address> Backend(bool second) => NatRange<IPv4Address>.Masquerade(
        Address(second ? TopologyAddresses.SecondBackend : TopologyAddresses.FirstBackend));

    /// <summary>A flow as the model's tuple.</summary>
    public static ConntrackTuple<IPv4Address> Tuple(LiveProtocol protocol, in FlowTuple flow) => ConntrackTuple<IPv4Address>.Of(
        Protocol(protocol),
        IPv4Address.FromValue(flow.SourceAddress),
        flow.SourcePort,
        IPv4Address.FromValue(flow.DestinationAddress),
        flow.DestinationPort);

    /// <summary>The protocol.</summary>
    public static IPProtocol Protocol(LiveProtocol protocol) => protocol == LiveProtocol.Tcp ? IPProtocol.Tcp : IPProtocol.Udp;

    private static NatFlags Flags(NatRule rule) =>
        (rule.Persistent ? NatFlags.Persistent : NatFlags.None) | rule.Mode switch
        {
            PortMode.Random => NatFlags.ProtoRandom,
            PortMode.FullyRandom => NatFlags.ProtoRandomFully,
            _ => NatFlags.None,
        };

    private static IPv4Address Address(IPAddress address) =>
        IPv4Address.FromValue(BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes()));
}
