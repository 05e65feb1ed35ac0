using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Verification.Reading;

/// <summary>Reads the vectors' own words: tuples, ranges, status bits, protocol and state names, keys.</summary>
internal static class FieldTerms
{
    private static readonly Dictionary<string, ulong> StatusBits = new()
    {
        ["SEEN_REPLY"] = EntryStatus.SeenReply,
        ["ASSURED"] = EntryStatus.Assured,
        ["CONFIRMED"] = EntryStatus.Confirmed,
        ["SRC_NAT"] = EntryStatus.SourceNat,
        ["DST_NAT"] = EntryStatus.DestinationNat,
        ["SEQ_ADJUST"] = EntryStatus.SequenceAdjust,
        ["SRC_NAT_DONE"] = EntryStatus.SourceNatDone,
        ["DST_NAT_DONE"] = EntryStatus.DestinationNatDone,
        ["DYING"] = EntryStatus.Dying,
        ["FIXED_TIMEOUT"] = EntryStatus.FixedTimeout,
        ["NAT_CLASH"] = EntryStatus.NatClash,
        ["OFFLOAD"] = EntryStatus.Offload,
        ["HW_OFFLOAD"] = EntryStatus.HardwareOffload,
    };

    private static readonly Dictionary<string, NatFlags> RangeFlags = new()
    {
        ["MAP_IPS"] = NatFlags.MapIps,
        ["PROTO_SPECIFIED"] = NatFlags.ProtoSpecified,
        ["PROTO_RANDOM"] = NatFlags.ProtoRandom,
        ["PERSISTENT"] = NatFlags.Persistent,
        ["PROTO_RANDOM_FULLY"] = NatFlags.ProtoRandomFully,
        ["PROTO_OFFSET"] = NatFlags.ProtoOffset,
    };

    private static readonly Dictionary<string, TcpState> States = new()
    {
        ["NONE"] = TcpState.None,
        ["SYN_SENT"] = TcpState.SynSent,
        ["SYN_RECV"] = TcpState.SynRecv,
        ["ESTABLISHED"] = TcpState.Established,
        ["FIN_WAIT"] = TcpState.FinWait,
        ["CLOSE_WAIT"] = TcpState.CloseWait,
        ["LAST_ACK"] = TcpState.LastAck,
        ["TIME_WAIT"] = TcpState.TimeWait,
        ["CLOSE"] = TcpState.Close,
        ["SYN_SENT2"] = TcpState.SynSent2,
    };

    private static readonly Dictionary<string, IPProtocol> Protocols = new()
    {
        ["icmp"] = IPProtocol.Icmp,
        ["tcp"] = IPProtocol.Tcp,
        ["udp"] = IPProtocol.Udp,
        ["dccp"] = IPProtocol.Dccp,
        ["icmpv6"] = IPProtocol.IcmpV6,
        ["sctp"] = IPProtocol.Sctp,
        ["udplite"] = IPProtocol.UdpLite,
    };

    public static IPProtocol Protocol(string name) => Known(Protocols, name, "protocol");

    public static TcpState State(string name) => Known(States, name, "TCP state");

    public static ulong Status(string[] names) => names.Aggregate(0UL, (bits, name) => bits | Known(StatusBits, name, "status bit"));

    public static NatFlags Flags(string[] names) =>
        names.Aggregate(NatFlags.None, (flags, name) => flags | Known(RangeFlags, name, "range flag"));

    public static ManipType Manip(VectorObject line) => line.Text("manip") switch
    {
        "src" => ManipType.Source,
        "dst" => ManipType.Destination,
        string other => throw new VectorFormatException($"unknown manip '{other}'"),
    };

    public static SipKey Key(VectorObject line, string name)
    {
        byte[] bytes = line.Bytes(name);
        return bytes.Length == SipKey.Size
            ? SipKey.FromBytes(bytes)
            : throw new VectorFormatException($"'{name}' has {bytes.Length} bytes instead of {SipKey.Size}");
    }

    public static TAddress Address<TAddress>(string text)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        try
        {
            return TAddress.Parse(text);
        }
        catch (FormatException e)
        {
            throw new VectorFormatException(e.Message);
        }
    }

    public static ConntrackTuple<TAddress> Tuple<TAddress>(VectorObject tuple, ushort zone = 0)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        IPProtocol protocol = Protocol(tuple.Text("proto"));
        TAddress source = Address<TAddress>(tuple.Text("src"));
        TAddress destination = Address<TAddress>(tuple.Text("dst"));
        ConntrackTuple<TAddress> result = protocol is IPProtocol.Icmp or IPProtocol.IcmpV6
            ? ConntrackTuple<TAddress>.OfIcmp(source, tuple.Port("id"), destination, (byte)tuple.Number("type"), (byte)tuple.Number("code"))
            : ConntrackTuple<TAddress>.Of(protocol, source, tuple.Port("sport"), destination, tuple.Port("dport"));
        result.Protocol = protocol;
        result.Zone = zone;
        return result;
    }

    /// <summary>A range whose fields are in <paramref name="fields"/>; what is absent is zero.</summary>
    public static NatRange<TAddress> Range<TAddress>(VectorObject fields)
        where TAddress : unmanaged, IAddress<TAddress> => new()
        {
            Flags = Flags(fields.Texts("flags")),
            MinAddress = fields.Has("min_ip") ? Address<TAddress>(fields.Text("min_ip")) : default,
            MaxAddress = fields.Has("max_ip") ? Address<TAddress>(fields.Text("max_ip")) : default,
            MinPort = fields.PortOr("min_port", 0),
            MaxPort = fields.PortOr("max_port", 0),
            BasePort = fields.PortOr("base_port", 0),
        };

    private static T Known<T>(Dictionary<string, T> names, string name, string what) =>
        names.TryGetValue(name, out T? value) ? value : throw new VectorFormatException($"unknown {what} '{name}'");
}
