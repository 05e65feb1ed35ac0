using System.Globalization;
using System.Net;
using System.Text.Json;
using NatAllocBench.Allocators.Proofs;
using NatAllocBench.Verification.Checks;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Allocators.Jool;

/// <summary>The hash, the pool, and searches of Jool.</summary>
internal static class JoolChecks
{
    private const string OldVersion = "jool-4.0.0";
    private const int NotFound = -2;
    private const uint FlagSet = 1;
    private const uint FlagAuto = 2;
    private const uint FlagInfinite = 4;

    public static void Hash(VectorObject line, Comparison comparison)
    {
        FlowTuple<UInt128> flow = Flow(line.Object("tuple"));
        var fields = (JoolFields)line.Number("f_args");
        Span<byte> message = stackalloc byte[64];
        int length = JoolHash.Write(in flow, fields, message);
        comparison.Expect("hashed", line.Text("hashed"), Convert.ToHexStringLower(message[..length]));
        comparison.Expect("f", line.Text("f"), $"0x{JoolHash.Of(in flow, fields, line.Bytes("secret")):x8}");
    }

    public static void Pool(VectorObject line, Comparison comparison)
    {
        var pool = new JoolPool();
        foreach (VectorObject addition in line.Objects("add"))
        {
            string[] prefix = addition.Text("prefix").Split('/');
            uint[] ports = addition.Numbers("ports");
            pool.Add(
                AddressText.Parse<uint>(prefix[0]),
                int.Parse(prefix[1], CultureInfo.InvariantCulture),
                (ushort)ports[0],
                (ushort)ports[1],
                addition.Text("proto") != "icmp");
            uint flags = addition.NumberOr("flags", 0);
            if ((flags & FlagSet) != 0)
            {
                pool.Limit((flags & FlagAuto) != 0 ? null : (flags & FlagInfinite) != 0 ? 0 : addition.Number("iterations"));
            }
        }

        VectorObject expected = line.Object("out");
        string[] ranges = [.. pool.Ranges.Select(range => $"{AddressText.Of(range.Address)},{range.First},{range.Last}")];
        comparison.Expect(
            "ranges",
            string.Join(' ', expected.MixedRows("ranges", 3).Select(row => $"{row[0].GetString()},{row[1]},{row[2]}")),
            string.Join(' ', ranges));
        comparison.Expect("taddr_count", expected.Signed("taddr_count"), (int)pool.Counted);
        comparison.Expect("ports_in_ranges", expected.Signed("ports_in_ranges"), pool.Ranges.Sum(range => range.Count));
        comparison.Expect("max_iterations", expected.Number("max_iterations"), pool.MaxIterations);
    }

    public static void Select(VectorObject line, Comparison comparison) =>
        One(
            line, comparison,
            new JoolRule(Ranges(line), line.Number("taddr_count"), line.Number("max_iterations"), false, Word(line.Text("f"))));

    public static void EmptyPool(VectorObject line, Comparison comparison) =>
        One(line, comparison, JoolRule.OfEmptyPool(AddressText.Parse<uint>(line.Text("addr")), Word(line.Text("f"))));

    public static void Sequence(VectorObject line, Comparison comparison)
    {
        int count = (int)line.Number("n");
        uint[] hashes = [.. line.Texts("f").Select(Word)];
        ILookup<uint, uint> deletedAfter = line.Rows("delete_after", 2).ToLookup(row => row[0], row => row[1]);
        var rule = new JoolRule(Ranges(line), line.Number("taddr_count"), line.Number("max_iterations"), false, 0);
        var state = new JoolState(line.NumberOr("next_ephemeral", 0));
        var view = new SocketView([]);
        VectorObject expected = line.Object("out");
        JsonElement[] mappings = expected.Elements("mapping");
        uint[] iterations = expected.Numbers("iterations");
        var mine = new (uint, ushort)?[count];
        for (int i = 0; i < count && comparison.Agrees; i++)
        {
            bool ok = Choose(line, rule with { Hash = hashes[i] }, ref state, ref view, out FlowTuple<uint> reply);
            mine[i] = ok ? (reply.Destination, reply.DestinationPort) : null;
            comparison.Expect(
                $"mapping[{i}]", VectorTerms.Endpoint(mappings[i]),
                ok ? $"{AddressText.Of(reply.Destination)}:{reply.DestinationPort}" : "none");
            comparison.Expect($"iterations[{i}]", iterations[i], state.Iterations);
            if (mine[i] is { } taken)
            {
                view.Used.Add(taken);
            }

            foreach (uint deleted in deletedAfter[(uint)i])
            {
                if (mine[deleted] is { } freed)
                {
                    view.Used.Remove(freed);
                }
            }
        }

        if (expected.Has("next_ephemeral"))
        {
            comparison.Expect("next_ephemeral", expected.Number("next_ephemeral"), state.NextEphemeral);
        }
    }

    private static void One(VectorObject line, Comparison comparison, JoolRule rule)
    {
        var view = new SocketView([]);
        foreach (JsonElement[] taken in line.MixedRows("taken", 3))
        {
            uint address = VectorTerms.Address<uint>(taken[0], "taken");
            for (uint port = VectorTerms.Number(taken[1], "taken"); port <= VectorTerms.Number(taken[2], "taken"); port++)
            {
                view.Used.Add((address, (ushort)port));
            }
        }

        var state = new JoolState(line.NumberOr("next_ephemeral", 0));
        bool ok = Choose(line, rule, ref state, ref view, out FlowTuple<uint> reply);
        VectorObject expected = line.Object("out");
        comparison.Expect("err", expected.Signed("err"), ok ? 0 : NotFound);
        comparison.Expect("addr", expected.IsNull("addr") ? null : expected.Text("addr"), ok ? AddressText.Of(reply.Destination) : null);
        comparison.Expect("port", expected.NumberOrNull("port"), ok ? reply.DestinationPort : null);
        comparison.Expect("iterations", expected.Number("iterations"), state.Iterations);
        comparison.Expect("tree_lookups", expected.Number("tree_lookups"), state.TreeLookups);
        comparison.Expect("successor_steps", expected.Number("successor_steps"), state.SuccessorSteps);
        if (expected.Has("next_ephemeral"))
        {
            comparison.Expect("next_ephemeral", expected.Number("next_ephemeral"), state.NextEphemeral);
        }
    }

    private static bool Choose(VectorObject line, JoolRule rule, ref JoolState state, ref SocketView view, out FlowTuple<uint> reply)
    {
        ScriptedRandom32 none = default; // nothing is drawn
        return line.Text("ver") == OldVersion
            ? JoolAllocator<Jool400>.TryChoose(default, in rule, ref state, ref view, ref none, out reply)
            : JoolAllocator<Jool42>.TryChoose(default, in rule, ref state, ref view, ref none, out reply);
    }

    private static JoolRange[] Ranges(VectorObject line) =>
    [
        .. line.MixedRows("ranges", 3).Select(row => new JoolRange(
            VectorTerms.Address<uint>(row[0], "ranges"), VectorTerms.Port(row[1], "ranges"), VectorTerms.Port(row[2], "ranges"))),
    ];

    private static FlowTuple<UInt128> Flow(VectorObject tuple) => new(
        IpProtocols.Udp, Address(tuple.Text("src")), tuple.Port("sport"), Address(tuple.Text("dst")), tuple.Port("dport"));

    private static UInt128 Address(string text) => IPAddress.TryParse(text, out IPAddress? address)
        ? System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(address.GetAddressBytes())
        : throw new VectorFormatException($"'{text}' is not an address");

    private static uint Word(string text) =>
        uint.TryParse(
            text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text, NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture, out uint word)
            ? word
            : throw new VectorFormatException($"'{text}' is not a word in hex");

    private readonly struct SocketView(HashSet<(uint Address, ushort Port)> used) : ITableView<uint>
    {
        public HashSet<(uint Address, ushort Port)> Used { get; } = used;

        public bool TryTake(in FlowTuple<uint> reply) => !Used.Contains((reply.Destination, reply.DestinationPort));
    }
}
