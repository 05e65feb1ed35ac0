namespace NatAllocBench.Allocators.Cilium;

/// <summary>Cilium remembers nothing between flows but the map itself.</summary>
internal struct CiliumState;

/// <summary>
/// The choice alone, for a table that decides what a question means: from 1.16 on asking is creating, before it is looking. What a lost
/// race costs in each era is told by <see cref="CiliumTest"/>.
/// </summary>
internal readonly struct CiliumAllocator<TEra> : IPortAllocator<uint, CiliumRule, CiliumState>
    where TEra : struct, ICiliumEra
{
    public static bool TryChoose<TView, TRandom>(
        in FlowTuple<uint> original,
        in CiliumRule rule,
        ref CiliumState state,
        ref TView view,
        ref TRandom random,
        out FlowTuple<uint> reply)
        where TView : struct, ITableView<uint>
        where TRandom : struct, IRandom32
    {
        reply = original.Invert() with { Destination = rule.Address };
        CiliumCandidates<TEra> candidates = CiliumCandidates<TEra>.First(in rule, original.SourcePort, ref random);
        while (candidates.Failed < TEra.Tries)
        {
            reply.DestinationPort = candidates.Port;
            if (view.TryTake(in reply))
            {
                return true;
            }

            candidates.Fail(ref random);
        }

        return false;
    }
}
