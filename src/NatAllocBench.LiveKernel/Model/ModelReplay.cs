using NatAllocBench.Netfilter.Eras;

namespace NatAllocBench.LiveKernel;

/// <summary>Gives the model the packets of a plan.</summary>
internal static class ModelReplay
{
    /// <summary>Sends the packets of all senders in turn, never two at a time.</summary>
    /// <param name="router">The router.</param>
    /// <param name="plan">The packets.</param>
    /// <returns>What the plan changed in the counters.</returns>
    public static ModelCounters InTurn(ModelRouter router, SendPlan plan)
    {
        ArgumentNullException.ThrowIfNull(router);
        ArgumentNullException.ThrowIfNull(plan);
        ModelCounters before = router.Counters;
        int longest = plan.Senders.Max(sender => sender.Length);
        for (int packet = 0; packet < longest; packet++)
        {
            foreach (FlowTuple[] sender in plan.Senders)
            {
                if (packet < sender.Length)
                {
                    _ = router.Send(in sender[packet]);
                }
            }
        }

        return router.Counters.Since(before);
    }

    /// <summary>Sends the packets of two senders in pairs that overlap every time.</summary>
    /// <param name="router">The router.</param>
    /// <param name="plan">A plan with two senders of the same length.</param>
    /// <returns>What the plan changed in the counters.</returns>
    public static ModelCounters Together(ModelRouter router, SendPlan plan)
    {
        ArgumentNullException.ThrowIfNull(router);
        ArgumentNullException.ThrowIfNull(plan);
        ModelCounters before = router.Counters;
        for (int pair = 0; pair < plan.Senders[0].Length; pair++)
        {
            _ = router.SendTogether(in plan.Senders[0][pair], in plan.Senders[1][pair]);
        }

        return router.Counters.Since(before);
    }

    /// <summary>Runs the plan of a cell on an empty table, all pairs of a lockstep plan overlapping.</summary>
    /// <param name="era">The era.</param>
    /// <param name="cell">A cell without prefill.</param>
    /// <param name="seed">Everything drawn follows from it.</param>
    public static ModelCounters Run(Era era, LiveCell cell, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(cell);
        using ModelRouter router = ModelRouter.Create(era, cell.Rule, cell.Plan.PacketCount, seed);
        return cell.Plan.Lockstep is null ? InTurn(router, cell.Plan) : Together(router, cell.Plan);
    }
}
