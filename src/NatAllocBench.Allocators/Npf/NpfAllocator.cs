namespace NatAllocBench.Allocators.Npf;

/// <summary>The rule of a port map: <c>portmap.min_port</c> and <c>portmap.max_port</c> of one NAT address.</summary>
internal readonly record struct NpfRule(uint Address, ushort MinPort, ushort MaxPort);

/// <summary>NPF remembers nothing between flows but the bits themselves.</summary>
internal struct NpfState;

/// <summary>
/// <c>npf_portmap_get</c>: a random start, then a walk until the start comes round again. The step is taken on the port number and not on
/// its place in the range, so the walk moves on by (minimum + 1) modulo the size and may leave ports out.
/// </summary>
internal readonly struct NpfAllocator : IPortAllocator<uint, NpfRule, NpfState>
{
    public static bool TryChoose<TView, TRandom>(
        in FlowTuple<uint> original,
        in NpfRule rule,
        ref NpfState state,
        ref TView view,
        ref TRandom random,
        out FlowTuple<uint> reply)
        where TView : struct, ITableView<uint>
        where TRandom : struct, IRandom32
    {
        reply = new FlowTuple<uint>(0, 0, 0, rule.Address, 0); // the bit is for all protocols and destinations
        if (rule.MinPort > rule.MaxPort)
        {
            return false;
        }

        uint size = (uint)rule.MaxPort - rule.MinPort + 1;
        uint start = rule.MinPort + (random.Next() % size);
        uint port = start;
        do
        {
            reply.DestinationPort = (ushort)port;
            if (view.TryTake(in reply))
            {
                return true;
            }

            port = rule.MinPort + ((port + 1) % size);
        }
        while (port != start);

        reply.DestinationPort = 0;
        return false;
    }
}
