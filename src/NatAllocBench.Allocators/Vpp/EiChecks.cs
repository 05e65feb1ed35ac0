using System.Text.Json;
using NatAllocBench.Allocators.Proofs;
using NatAllocBench.Verification.Checks;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Allocators.Vpp;

/// <summary><c>vpp_ei_alloc</c>: one allocation of nat44-ei.</summary>
internal static class EiChecks
{
    public static void One(VectorObject line, Comparison comparison)
    {
        EiRule rule = Rule(line);
        var state = new EiState(line.Number("random_seed"), rule.Addresses.Length, line.Number("workers"));
        var taken = new TakenTuples<uint>();
        byte protocol = VectorTerms.Protocol(line.Text("proto"));
        foreach (uint[] busy in line.Rows("busy", 3))
        {
            uint address = rule.Addresses[busy[0]].Address;
            taken.Add(new TupleBox<uint>(protocol, 0, 0, 0, address, busy[1], busy[2]));
            for (uint port = busy[1]; port <= busy[2]; port++)
            {
                state.Count((int)busy[0], rule.Slice);
            }
        }

        var view = new TakenView<uint>(taken);
        ScriptedRandom32 none = default; // the generator is part of the state
        var original = new FlowTuple<uint>(protocol, AddressText.Parse<uint>(line.Text("src")), 0, 0, 0);
        bool ok = EiAllocator.TryChoose(in original, in rule, ref state, ref view, ref none, out FlowTuple<uint> reply);

        VectorObject expected = line.Object("out");
        comparison.Expect("ok", expected.Flag("ok"), ok);
        comparison.Expect("addr", expected.IsNull("addr") ? null : expected.Text("addr"), ok ? AddressText.Of(reply.Destination) : null);
        comparison.Expect("port", expected.NumberOrNull("port"), ok ? reply.DestinationPort : null);
        comparison.Expect("probes", expected.Number("probes"), taken.Probes);
        comparison.Expect("hits", expected.Number("hits"), taken.Hits);
        comparison.Expect("draws", expected.Number("draws"), GeneratorSteps.Between(line.Number("random_seed"), state.Random.Seed));
        comparison.Expect("seed_after", expected.Number("seed_after"), state.Random.Seed);
    }

    private static EiRule Rule(VectorObject line)
    {
        VectorObject config = line.Object("config");
        return new EiRule
        {
            Method = line.Text("alg") switch
            {
                "default" => EiMethod.Default,
                "range" => EiMethod.Range,
                "mape" => EiMethod.MapE,
                string other => throw new VectorFormatException($"unknown method '{other}'"),
            },
            Addresses =
            [
                .. line.Objects("addresses").Select(address =>
                    (AddressText.Parse<uint>(address.Text("addr")), address.NumberOrNull("fib"))),
            ],
            RxFib = line.Number("rx_fib"),
            PortsPerWorker = line.Number("port_per_thread"),
            Slice = line.Number("snat_thread_index"),
            FirstPort = config.NumberOr("start", 0),
            LastPort = config.NumberOr("end", 0),
            PortSetId = config.NumberOr("psid", 0),
            PortSetOffset = (int)config.NumberOr("psid_offset", 0),
            PortSetLength = (int)config.NumberOr("psid_length", 0),
        };
    }
}
