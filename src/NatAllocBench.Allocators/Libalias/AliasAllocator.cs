namespace NatAllocBench.Allocators.Libalias;

/// <summary>What the search for a group of ports asks beside <see cref="ITableView{TAddress}"/>.</summary>
internal interface IAliasView : ITableView<uint>
{
    /// <summary>Whether any link, partly specified ones included, answers to this endpoint (<c>FindLinkIn</c>).</summary>
    bool HasLink(in FlowTuple<uint> reply);
}

/// <summary>
/// <c>GetNewPort</c> and <c>FindNewPortGroup</c>: the client's port with <c>same_ports</c>, else random ports, 20 trials in all.
/// </summary>
internal readonly struct AliasAllocator<TEra> : IPortAllocator<uint, AliasRule, AliasState>
    where TEra : struct, IAliasEra
{
    private const int MaxTrials = 20;

    public static bool TryChoose<TView, TRandom>(
        in FlowTuple<uint> original,
        in AliasRule rule,
        ref AliasState state,
        ref TView view,
        ref TRandom random,
        out FlowTuple<uint> reply)
        where TView : struct, ITableView<uint>
        where TRandom : struct, IRandom32
    {
        reply = original.Invert() with { Destination = rule.Address };
        ushort port = rule.KeepsPort ? original.SourcePort : TEra.RandomPort(in rule, ref random);
        for (int trial = 0; trial < MaxTrials; trial++)
        {
            reply.DestinationPort = port;
            if (view.TryTake(in reply))
            {
                return true;
            }

            port = TEra.RandomPort(in rule, ref random); // also after the last trial
        }

        return false;
    }

    /// <summary>Contiguous ports for a protocol helper, the first of them even if <paramref name="isEven"/>.</summary>
    /// <returns>The first port; 0 after a failure, and for other protocols than TCP and UDP.</returns>
    public static ushort FindGroup<TView, TRandom>(
        in FlowTuple<uint> original, in AliasRule rule, uint count, bool isEven, ref TView view, ref TRandom random)
        where TView : struct, IAliasView
        where TRandom : struct, IRandom32
    {
        if (original.Protocol is not (IpProtocols.Tcp or IpProtocols.Udp))
        {
            return 0;
        }

        FlowTuple<uint> reply = original.Invert() with { Destination = rule.Address };
        bool isRandom = !rule.KeepsPort;
        ushort first = rule.KeepsPort ? original.SourcePort : TEra.RandomPort(in rule, ref random);
        for (int trial = 0; trial < MaxTrials; trial++)
        {
            first = isEven ? TEra.EvenBase(first, isRandom) : first;
            if (IsFree(in reply, first, count, ref view))
            {
                return first;
            }

            first = TEra.RandomPort(in rule, ref random); // also after the last trial
            isRandom = true;
        }

        return 0;
    }

    private static bool IsFree<TView>(in FlowTuple<uint> reply, ushort first, uint count, ref TView view)
        where TView : struct, IAliasView
    {
        for (uint i = 0; i < count; i++)
        {
            FlowTuple<uint> candidate = reply with { DestinationPort = (ushort)(first + i) };
            if (view.HasLink(in candidate))
            {
                return false;
            }
        }

        return true;
    }
}
