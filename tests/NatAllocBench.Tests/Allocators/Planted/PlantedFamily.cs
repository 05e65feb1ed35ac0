using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Verification.Checks;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Tests.Allocators.Planted;

/// <summary>A system in a folder of its own, as a newcomer would add it: this class, its paragraph and its vectors.</summary>
internal sealed class PlantedFamily : IAllocatorFamily
{
    public IReadOnlyList<AllocatorSystem> Systems { get; } =
    [
        new(
            "planted-1",
            "1",
            "this test",
            "planted_first",
            PortIdentity.PerDestination,
            LockScope.Bitmap,
            1024,
            65535,
            KeepsPort: false,
            "none",
            "nobody",
            "The first free port.",
            "Everything but the first free port.")
        {
            BytesPerConnection = "none",
            Racers = [RacedSystem.OfFlows<PlantedAllocator, PlantedRule, PlantedState, ReservingScope>(
                (setup, _) => new PlantedRule(setup.Range.First, setup.Range.Last), _ => default)],
        },
    ];

    public IReadOnlyList<VectorCheck> Checks { get; } = [new("planted_first", "planted-", First)];

    private static void First(VectorObject line, Comparison comparison)
    {
        ushort first = line.Port("first");
        var view = new TakenView(first, line.Number("taken"));
        PlantedState state = default;
        var random = new CpuDraws(1);
        PlantedAllocator.TryChoose(default, new PlantedRule(first, 65535), ref state, ref view, ref random, out FlowTuple<uint> reply);
        comparison.Expect("port", line.Object("out").Number("port"), reply.DestinationPort);
    }

    private struct TakenView(ushort first, uint taken) : ITableView<uint>
    {
        public readonly bool TryTake(in FlowTuple<uint> reply) => reply.DestinationPort >= first + taken;
    }
}

/// <summary>Its range.</summary>
internal readonly record struct PlantedRule(ushort First, ushort Last);

/// <summary>It remembers nothing.</summary>
internal struct PlantedState;

/// <summary>Its choice.</summary>
internal readonly struct PlantedAllocator : IPortAllocator<uint, PlantedRule, PlantedState>
{
    public static bool TryChoose<TView, TRandom>(
        in FlowTuple<uint> original,
        in PlantedRule rule,
        ref PlantedState state,
        ref TView view,
        ref TRandom random,
        out FlowTuple<uint> reply)
        where TView : struct, ITableView<uint>
        where TRandom : struct, IRandom32
    {
        reply = original.Invert() with { Destination = SystemSetup.Address };
        for (int port = rule.First; port <= rule.Last; port++)
        {
            reply.DestinationPort = (ushort)port;
            if (view.TryTake(in reply))
            {
                return true;
            }
        }

        return false;
    }
}
