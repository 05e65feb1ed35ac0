using System.Numerics;
using System.Text.Json;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Allocators.Proofs;

/// <summary>Fields that several systems' vectors have in common.</summary>
internal static class VectorTerms
{
    public static byte Protocol(string name) => name switch
    {
        "icmp" => IpProtocols.Icmp,
        "tcp" => IpProtocols.Tcp,
        "udp" => IpProtocols.Udp,
        "gre" => IpProtocols.Gre,
        "icmpv6" => IpProtocols.IcmpV6,
        "sctp" => IpProtocols.Sctp,
        _ => throw new VectorFormatException($"unknown protocol '{name}'"),
    };

    public static FlowTuple<TAddress> Tuple<TAddress>(VectorObject tuple)
        where TAddress : unmanaged, IBinaryInteger<TAddress> => new(
            Protocol(tuple.Text("proto")),
            AddressText.Parse<TAddress>(tuple.Text("src")),
            tuple.Port("sport"),
            AddressText.Parse<TAddress>(tuple.Text("dst")),
            tuple.Port("dport"));

    public static TAddress Address<TAddress>(JsonElement cell, string field)
        where TAddress : unmanaged, IBinaryInteger<TAddress> => AddressText.Parse<TAddress>(VectorObject.TextOf(cell, field));

    public static uint Number(JsonElement cell, string field) => VectorObject.NumberOf(cell, field);

    public static ushort Port(JsonElement cell, string field) => VectorObject.PortOf(VectorObject.NumberOf(cell, field), field);

    /// <summary>The flows of a sequence: one protocol and destination, a source and port each.</summary>
    public static FlowTuple<uint>[] Flows(VectorObject line, string portField)
    {
        int count = (int)line.Number("n");
        byte protocol = Protocol(line.Text("proto"));
        string[] sources = line.TextsFor("src", count);
        uint[] ports = line.NumbersFor(portField, count);
        uint[] remotePorts = line.NumbersFor("dport", count);
        uint destination = AddressText.Parse<uint>(line.Text("dst"));
        return
        [
            .. Enumerable.Range(0, count).Select(i => new FlowTuple<uint>(
                protocol,
                AddressText.Parse<uint>(sources[i]),
                VectorObject.PortOf(ports[i], portField),
                destination,
                VectorObject.PortOf(remotePorts[i], "dport"))),
        ];
    }

    /// <summary>An endpoint of a sequence's answer, <c>[address, port]</c> or <c>null</c>, as text.</summary>
    public static string Endpoint(JsonElement cell) => cell.ValueKind == JsonValueKind.Null
        ? "none"
        : $"{cell[0].GetString()}:{cell[1].GetUInt32()}";
}
