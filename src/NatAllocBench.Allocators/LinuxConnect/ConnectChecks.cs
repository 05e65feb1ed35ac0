using System.Globalization;
using System.Text.Json;
using NatAllocBench.Allocators.Proofs;
using NatAllocBench.Verification.Checks;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Allocators.LinuxConnect;

/// <summary>Answers of <c>__inet_hash_connect</c>, alone and one after another.</summary>
internal static class ConnectChecks
{
    private const int NoAddress = -99;
    private const int DrawShift = 29;

    public static void One(VectorObject line, Comparison comparison)
    {
        var taken = new TakenPorts();
        taken.Add(line.Rows("used", 2));
        taken.Add(line.Rows("bound", 2));
        var reserved = new TakenPorts();
        reserved.Add(line.Rows("reserved", 2));
        bool[] isReserved = [.. Enumerable.Range(0, 65536).Select(port => reserved[(ushort)port])];
        ConnectRule rule = Rule(line, line.Hex("port_offset"));
        var state = new ConnectState(new uint[65536], isReserved);
        int index = (int)(rule.Offset & 0xffff);
        state.Perturb[index] = line.Number("table_value");

        uint? port = Choose(rule, state, taken, line.Number("rand8"));

        VectorObject expected = line.Object("out");
        comparison.Expect("port", expected.NumberOrNull("port"), port);
        comparison.Expect("err", expected.Signed("err"), port is null ? NoAddress : 0);
        comparison.Expect("probes", expected.Number("probes"), (uint)taken.Tried.Count);
        comparison.Expect("table_value", expected.Number("table_value"), state.Perturb[index]);
    }

    public static void Sequence(VectorObject line, Comparison comparison)
    {
        ulong[] offsets = [.. line.Texts("port_offset").Select(HexNumber)];
        uint[] values = line.Numbers("table_value");
        var state = new ConnectState(new uint[65536], null);
        for (int i = 0; i < offsets.Length; i++)
        {
            state.Perturb[offsets[i] & 0xffff] = values[i];
        }

        var connections = new SequenceOfPorts(line);
        uint[] which = line.Numbers("which");
        uint[] draws = line.Numbers("rand8");
        VectorObject expected = line.Object("out");
        JsonElement[] ports = expected.Elements("port");
        for (int i = 0; i < connections.Count && comparison.Agrees; i++)
        {
            uint? port = Choose(Rule(line, offsets[which[i]]), state, connections.Taken, draws[i]);
            comparison.Expect($"port[{i}]", SequenceOfPorts.PortOf(ports[i]), port);
            connections.Finish(i, port);
        }

        uint[] after = expected.Numbers("table_value");
        for (int i = 0; i < offsets.Length; i++)
        {
            comparison.Expect($"table_value[{i}]", after[i], state.Perturb[offsets[i] & 0xffff]);
        }
    }

    private static uint? Choose(ConnectRule rule, ConnectState state, TakenPorts taken, uint drawn)
    {
        var view = new PortView(taken);
        var random = new ScriptedRandom32([drawn << DrawShift]);
        return ConnectAllocator.TryChoose(default, in rule, ref state, ref view, ref random, out FlowTuple<uint> reply)
            ? reply.DestinationPort
            : null;
    }

    private static ConnectRule Rule(VectorObject line, ulong offset) =>
        new(0, line.Port("min"), line.Port("max"), line.Flag("local_range"), offset);

    private static ulong HexNumber(string text) =>
        text.StartsWith("0x", StringComparison.Ordinal)
        && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong number)
            ? number
            : throw new VectorFormatException($"'port_offset' holds '{text}', not a 0x... value");
}
