using System.Text.Json;
using NatAllocBench.Allocators.Proofs;
using NatAllocBench.Verification.Checks;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Allocators.Rfc6056;

/// <summary><c>rfc6056_alg1</c> to <c>rfc6056_alg5</c>, and sequences of allocations with deletions between them.</summary>
internal static class RfcChecks
{
    private const int HeadOfTried = 32;
    private const int TailOfTried = 4;

    public static void Simple(VectorObject line, Comparison comparison) =>
        One<SimpleRandom>(line, comparison, Rule(line), new RfcState([]));

    public static void Another(VectorObject line, Comparison comparison) =>
        One<AnotherSimple>(line, comparison, Rule(line), new RfcState([]));

    public static void Hashed(VectorObject line, Comparison comparison)
    {
        comparison.Expect("offset", line.Number("offset"), RfcHash.Of(Endpoints(line), line.Bytes("key")));
        var state = new RfcState([line.Number("next_ephemeral")]);
        One<HashBased>(line, comparison, Rule(line) with { Offset = line.Number("offset") }, state);
        comparison.Expect("next_ephemeral", line.Object("out").Number("next_ephemeral"), state.Counters[0]);
    }

    public static void DoubleHashed(VectorObject line, Comparison comparison)
    {
        uint index = line.Number("index");
        comparison.Expect("offset", line.Number("offset"), RfcHash.Of(Endpoints(line), line.Bytes("key1")));
        comparison.Expect("index", index, RfcHash.Of(Endpoints(line), line.Bytes("key2")) % line.Number("table_length"));
        var state = new RfcState(new uint[line.Number("table_length")]);
        state.Counters[index] = line.Number("table_value");
        One<HashBased>(line, comparison, Rule(line) with { Offset = line.Number("offset"), Index = index }, state);
        comparison.Expect("table_value", line.Object("out").Number("table_value"), state.Counters[index]);
    }

    public static void Increments(VectorObject line, Comparison comparison)
    {
        var state = new RfcState([line.Number("next_ephemeral")]);
        One<RandomIncrements>(line, comparison, Rule(line) with { Increment = line.Number("N") }, state);
        comparison.Expect("next_ephemeral", line.Object("out").Number("next_ephemeral"), state.Counters[0]);
    }

    public static void Sequence(VectorObject line, Comparison comparison)
    {
        uint algorithm = line.Number("algorithm");
        uint[] counters = line.Has("table") ? line.Numbers("table") : [line.NumberOr("next_ephemeral", 0)];
        Action<RfcRule, RfcState, uint[], TakenPorts, Answer> choose = algorithm switch
        {
            1 => Choose<SimpleRandom>,
            2 => Choose<AnotherSimple>,
            3 or 4 => Choose<HashBased>,
            5 => Choose<RandomIncrements>,
            _ => throw new VectorFormatException($"'algorithm' is {algorithm}, not 1 to 5"),
        };
        var allocations = new SequenceOfPorts(line);
        VectorObject expected = line.Object("out");
        JsonElement[] ports = expected.Elements("port");
        uint[] tries = expected.Numbers("tries");
        uint[] offsets = line.Has("offset") ? line.Numbers("offset") : [];
        uint[] indexes = line.Has("index") ? line.Numbers("index") : [];
        var state = new RfcState(counters);
        for (int i = 0; i < allocations.Count && comparison.Agrees; i++)
        {
            RfcRule rule = Rule(line) with
            {
                Offset = offsets.Length > 0 ? offsets[i] : 0,
                Index = indexes.Length > 0 ? indexes[i] : 0,
                Increment = line.NumberOr("N", RfcRule.UsualIncrement),
            };
            int before = allocations.Taken.Tried.Count;
            var answer = new Answer();
            choose(rule, state, allocations.DrawsOf(i), allocations.Taken, answer);
            comparison.Expect($"port[{i}]", SequenceOfPorts.PortOf(ports[i]), answer.Port);
            comparison.Expect($"tries[{i}]", tries[i], (uint)(allocations.Taken.Tried.Count - before));
            allocations.Finish(i, answer.Port);
        }
    }

    private static void One<TAlgorithm>(VectorObject line, Comparison comparison, RfcRule rule, RfcState state)
        where TAlgorithm : struct, IRfcAlgorithm
    {
        var taken = new TakenPorts();
        taken.Add(line.Rows("taken", 2));
        uint[] draws = line.Has("random") ? line.Numbers("random") : [];
        var answer = new Answer();
        Choose<TAlgorithm>(rule, state, draws, taken, answer);

        VectorObject expected = line.Object("out");
        comparison.Expect("port", expected.NumberOrNull("port"), answer.Port);
        comparison.Expect("tries", expected.Number("tries"), (uint)taken.Tried.Count);
        comparison.Expect("tried", string.Join(',', expected.Elements("tried").Select(item => item.ToString())), Shortened(taken.Tried));
        if (expected.Has("draws"))
        {
            comparison.Expect("draws", expected.Number("draws"), (uint)answer.Draws);
        }
    }

    private static void Choose<TAlgorithm>(RfcRule rule, RfcState state, uint[] draws, TakenPorts taken, Answer answer)
        where TAlgorithm : struct, IRfcAlgorithm
    {
        var view = new PortView(taken);
        var random = new ScriptedRandom32(draws);
        bool ok = RfcAllocator<TAlgorithm>.TryChoose(default, in rule, ref state, ref view, ref random, out FlowTuple<uint> reply);
        answer.Port = ok ? reply.DestinationPort : null;
        answer.Draws = random.Draws;
    }

    private static RfcRule Rule(VectorObject line) => new(0, line.Port("min"), line.Port("max"));

    private static FlowTuple<uint> Endpoints(VectorObject line) => new(
        IpProtocols.Tcp,
        AddressText.Parse<uint>(line.Text("local")),
        0,
        AddressText.Parse<uint>(line.Text("remote")),
        line.Port("remote_port"));

    private static string Shortened(List<ushort> tried) => tried.Count <= HeadOfTried + TailOfTried
        ? string.Join(',', tried)
        : string.Join(',', tried.Take(HeadOfTried).Select(port => port.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .Append("...")
                .Concat(tried.TakeLast(TailOfTried).Select(port => port.ToString(System.Globalization.CultureInfo.InvariantCulture))));

    private sealed class Answer
    {
        public uint? Port { get; set; }

        public int Draws { get; set; }
    }
}
