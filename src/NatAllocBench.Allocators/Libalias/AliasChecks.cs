using System.Text.Json;
using NatAllocBench.Allocators.Proofs;
using NatAllocBench.Verification.Checks;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Allocators.Libalias;

/// <summary><c>libalias</c>: one port or group of ports; <c>libalias_sequences</c>: links one after another.</summary>
internal static class AliasChecks
{
    public static void One(VectorObject line, Comparison comparison) => ByEra(line, comparison, One<FreeBsd12>, One<FreeBsd14>);

    public static void Sequence(VectorObject line, Comparison comparison) =>
        ByEra(line, comparison, Sequence<FreeBsd12>, Sequence<FreeBsd14>);

    private static void ByEra(
        VectorObject line, Comparison comparison, Action<VectorObject, Comparison> before13, Action<VectorObject, Comparison> from13)
    {
        switch (line.Text("era"))
        {
            case "freebsd-12":
                before13(line, comparison);
                break;
            case "freebsd-14":
                from13(line, comparison);
                break;
            case string other:
                comparison.Skip($"unknown FreeBSD '{other}'");
                break;
        }
    }

    private static void One<TEra>(VectorObject line, Comparison comparison)
        where TEra : struct, IAliasEra
    {
        AliasLinks links = Links<TEra>(line);
        var view = new AliasLinksView(links);
        var random = new ScriptedRandom32(line.Numbers("random"));
        AliasRule rule = Rule(line);
        var original = new FlowTuple<uint>(
            VectorTerms.Protocol(line.Text("proto")), 0, line.Port("src_port"), AddressOrZero(line, "dst"), line.Port("dport"));
        uint? port;
        switch (line.Text("call"))
        {
            case "GetNewPort":
                AliasState state = default;
                bool found = AliasAllocator<TEra>.TryChoose(
                    in original, in rule, ref state, ref view, ref random, out FlowTuple<uint> reply);
                port = found ? reply.DestinationPort : null;
                break;
            case "FindNewPortGroup":
                ushort first = AliasAllocator<TEra>.FindGroup(
                    in original, in rule, line.Number("port_count"), line.Flag("align"), ref view, ref random);
                port = first == 0 ? null : first;
                break;
            default:
                comparison.Skip($"unknown call '{line.Text("call")}'");
                return;
        }

        VectorObject expected = line.Object("out");
        comparison.Expect("ok", expected.Flag("ok"), port is not null);
        comparison.Expect("port", expected.NumberOrNull("port"), port);
        comparison.Expect("trials", expected.Number("trials"), links.Trials);
        comparison.Expect("draws", expected.Number("draws"), (uint)random.Draws);
    }

    private static void Sequence<TEra>(VectorObject line, Comparison comparison)
        where TEra : struct, IAliasEra
    {
        var links = new AliasLinks(TEra.HasGroups, AddressOrZero(line, "default_alias_addr"));
        var view = new AliasLinksView(links);
        var random = new ScriptedRandom32(line.Numbers("random"));
        AliasRule rule = Rule(line);
        AliasState state = default;
        FlowTuple<uint>[] flows = VectorTerms.Flows(line, "src_port");
        JsonElement[] ports = line.Object("out").Elements("port");
        uint[] trials = line.Object("out").Numbers("trials");
        uint[] draws = line.NumbersFor("random_per_conn", flows.Length);
        for (int i = 0; i < flows.Length && comparison.Agrees; i++)
        {
            (uint trialsBefore, int drawsBefore) = (links.Trials, random.Draws);
            bool found = AliasAllocator<TEra>.TryChoose(
                in flows[i], in rule, ref state, ref view, ref random, out FlowTuple<uint> reply);
            if (found)
            {
                ushort port = reply.DestinationPort;
                links.Add(new AliasLink(reply.Protocol, rule.Address, port, port, reply.Source, reply.SourcePort));
            }

            uint? expected = ports[i].ValueKind == JsonValueKind.Null ? null : VectorTerms.Number(ports[i], "port");
            comparison.Expect($"port[{i}]", expected, found ? reply.DestinationPort : null);
            comparison.Expect($"trials[{i}]", trials[i], links.Trials - trialsBefore);
            comparison.Expect($"random_per_conn[{i}]", draws[i], (uint)(random.Draws - drawsBefore));
        }
    }

    private static AliasRule Rule(VectorObject line)
    {
        uint address = AddressText.Parse<uint>(line.Text("alias_addr"));
        if (line.IsNull("port_range"))
        {
            return new AliasRule(address, line.Flag("same_ports"));
        }

        uint[] range = line.Numbers("port_range");
        return new AliasRule(address, line.Flag("same_ports"), (ushort)range[0], range[1] - range[0] + 1);
    }

    private static AliasLinks Links<TEra>(VectorObject line)
        where TEra : struct, IAliasEra
    {
        var links = new AliasLinks(TEra.HasGroups, AddressOrZero(line, "default_alias_addr"));
        foreach (JsonElement[] link in line.MixedRows("links", 6))
        {
            links.Add(new AliasLink(
                VectorTerms.Protocol(VectorObject.TextOf(link[0], "links")),
                AddressOrZero(link[1]),
                VectorTerms.Number(link[2], "links"),
                VectorTerms.Number(link[3], "links"),
                AddressOrZero(link[4]),
                VectorTerms.Port(link[5], "links")));
        }

        return links;
    }

    private static uint AddressOrZero(VectorObject line, string name) =>
        line.IsNull(name) ? 0 : AddressText.Parse<uint>(line.Text(name));

    private static uint AddressOrZero(JsonElement cell) =>
        cell.ValueKind == JsonValueKind.Null ? 0 : VectorTerms.Address<uint>(cell, "links");
}
