namespace NatAllocBench.Allocators.Rfc6056;

/// <summary>Asks for at most as many candidates as there are ports.</summary>
/// <typeparam name="TAlgorithm">Which of the five.</typeparam>
internal readonly struct RfcAllocator<TAlgorithm> : IPortAllocator<uint, RfcRule, RfcState>
    where TAlgorithm : struct, IRfcAlgorithm
{
    public static bool TryChoose<TView, TRandom>(
        in FlowTuple<uint> original,
        in RfcRule rule,
        ref RfcState state,
        ref TView view,
        ref TRandom random,
        out FlowTuple<uint> reply)
        where TView : struct, ITableView<uint>
        where TRandom : struct, IRandom32
    {
        reply = original.Invert() with { Destination = rule.Address };
        ushort port = TAlgorithm.First(in rule, in state, ref random);
        for (uint left = rule.Count; left > 0; left--)
        {
            reply.DestinationPort = port;
            if (view.TryTake(in reply))
            {
                return true;
            }

            if (left > 1 || TAlgorithm.DrawsAfterTheLast)
            {
                port = TAlgorithm.Next(port, in rule, in state, ref random);
            }
        }

        return false;
    }
}
