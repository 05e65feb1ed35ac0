namespace NatAllocBench.Allocators.Jool;

/// <summary>What a search may use.</summary>
/// <param name="Ranges">The ranges in table order.</param>
/// <param name="Counted">Transport addresses as the program counts them.</param>
/// <param name="MaxIterations">0 for no limit.</param>
/// <param name="IsEmptyPool">Whether this is the range of an empty pool4, whose start is one further.</param>
/// <param name="Hash">F of the packet.</param>
internal readonly record struct JoolRule(JoolRange[] Ranges, uint Counted, uint MaxIterations, bool IsEmptyPool, uint Hash)
{
    /// <summary>The rule of an empty pool4: 4,535 ports of the address that routing would choose.</summary>
    public static JoolRule OfEmptyPool(uint address, uint hash)
    {
        var range = new JoolRange(address, 61001, 65535);
        return new JoolRule([range], (uint)range.Count, 0, IsEmptyPool: true, hash);
    }
}

/// <summary>The module's counter, and what the searches did.</summary>
internal record struct JoolState(uint NextEphemeral)
{
    /// <summary>Candidates of the last search; a search that gives up counts one more.</summary>
    public uint Iterations { get; set; }

    /// <summary>Candidates of the last search that were looked up from the root of the tree.</summary>
    public uint TreeLookups { get; set; }

    /// <summary>Candidates of the last search that were compared with the next entry only.</summary>
    public uint SuccessorSteps { get; set; }
}

/// <summary>What differs between the eras.</summary>
internal interface IJoolEra
{
    /// <summary>Whether a counter of the module moves the start (<c>next_ephemeral</c>, from 4.0.1).</summary>
    static abstract bool HasCounter { get; }
}

/// <summary>3.5.5 to 4.0.0: the same fields always start at the same place.</summary>
internal readonly struct Jool400 : IJoolEra
{
    public static bool HasCounter => false;
}

/// <summary>4.0.1 and later.</summary>
internal readonly struct Jool42 : IJoolEra
{
    public static bool HasCounter => true;
}

/// <summary>
/// <c>find_available_mask</c>: from a start that F and the counter give, one transport address after another through all ranges. The flow
/// is the translated one: its source is the candidate, and it holds for every destination.
/// </summary>
internal readonly struct JoolAllocator<TEra> : IPortAllocator<uint, JoolRule, JoolState>
    where TEra : struct, IJoolEra
{
    public static bool TryChoose<TView, TRandom>(
        in FlowTuple<uint> original,
        in JoolRule rule,
        ref JoolState state,
        ref TView view,
        ref TRandom random,
        out FlowTuple<uint> reply)
        where TView : struct, ITableView<uint>
        where TRandom : struct, IRandom32
    {
        reply = new FlowTuple<uint>(original.Protocol, 0, 0, 0, 0);
        state.Iterations = state.TreeLookups = state.SuccessorSteps = 0;
        uint start = rule.Hash + (TEra.HasCounter ? state.NextEphemeral : 0);
        bool found = rule.Counted > 0 && Search(in rule, start % rule.Counted, ref state, ref view, ref reply);
        if (TEra.HasCounter)
        {
            state.NextEphemeral += state.Iterations;
        }

        return found;
    }

    private static bool Search<TView>(in JoolRule rule, uint offset, ref JoolState state, ref TView view, ref FlowTuple<uint> reply)
        where TView : struct, ITableView<uint>
    {
        (int range, int port) = Place(in rule, offset);
        while (true)
        {
            state.Iterations++;
            if (state.Iterations > rule.Counted || (rule.MaxIterations != 0 && state.Iterations > rule.MaxIterations))
            {
                return false;
            }

            bool isConsecutive = state.Iterations > 1;
            port++;
            if (port > rule.Ranges[range].Last)
            {
                range = range + 1 == rule.Ranges.Length ? 0 : range + 1;
                port = rule.Ranges[range].First;
                isConsecutive = false;
            }

            state.TreeLookups += isConsecutive ? 0u : 1;
            state.SuccessorSteps += isConsecutive ? 1u : 0;
            reply.Destination = rule.Ranges[range].Address;
            reply.DestinationPort = (ushort)port;
            if (view.TryTake(in reply))
            {
                return true;
            }
        }
    }

    /// <summary>The place before the first candidate.</summary>
    private static (int Range, int Port) Place(in JoolRule rule, uint offset)
    {
        if (rule.IsEmptyPool)
        {
            return (0, rule.Ranges[0].First + (int)offset);
        }

        int left = (int)offset;
        for (int range = 0; range < rule.Ranges.Length; range++)
        {
            if (left <= rule.Ranges[range].Count)
            {
                return (range, rule.Ranges[range].First + left - 1);
            }

            left -= rule.Ranges[range].Count;
        }

        return (rule.Ranges.Length - 1, rule.Ranges[^1].Last); // the counter is never above the ports there are
    }
}
