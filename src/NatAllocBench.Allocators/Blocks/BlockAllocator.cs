namespace NatAllocBench.Allocators.Blocks;

/// <summary>Blocks remember nothing between flows but the ports in use.</summary>
internal struct BlockState;

/// <summary>
/// A client's own set of ports, from a random place through all of it. No other client takes from it, so nothing is raced for; what is free
/// in other sets does not help. The documents leave the choice inside a set open.
/// </summary>
internal readonly struct BlockAllocator : IPortAllocator<uint, BlockRule, BlockState>
{
    public static bool TryChoose<TView, TRandom>(
        in FlowTuple<uint> original,
        in BlockRule rule,
        ref BlockState state,
        ref TView view,
        ref TRandom random,
        out FlowTuple<uint> reply)
        where TView : struct, ITableView<uint>
        where TRandom : struct, IRandom32
    {
        reply = original.Invert() with { Destination = rule.Address };
        if (rule.OwnerOf(original.Source) is not { } owner)
        {
            return false;
        }

        uint place = Random32.Uniform(ref random, rule.PortsPerClient);
        for (uint left = rule.PortsPerClient; left > 0; left--)
        {
            reply.DestinationPort = rule.PortAt(owner, place);
            if (view.TryTake(in reply))
            {
                return true;
            }

            place = place + 1 == rule.PortsPerClient ? 0 : place + 1;
        }

        return false;
    }
}
