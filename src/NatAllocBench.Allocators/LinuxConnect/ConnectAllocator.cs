namespace NatAllocBench.Allocators.LinuxConnect;

/// <summary>The ports that <c>connect()</c> may choose from.</summary>
/// <param name="Address">The local address.</param>
/// <param name="Low">First port.</param>
/// <param name="High">Last port.</param>
/// <param name="IsOfSocket">Whether the range was set on the socket (<c>IP_LOCAL_PORT_RANGE</c>): every port in one pass.</param>
/// <param name="Offset">The 64-bit hash of the endpoints.</param>
internal readonly record struct ConnectRule(uint Address, ushort Low, ushort High, bool IsOfSocket, ulong Offset);

/// <summary>What all sockets of a host share.</summary>
/// <param name="Perturb">The table of counters, 65,536 of them; written without a lock.</param>
/// <param name="Reserved"><c>ip_local_reserved_ports</c>; null if none is.</param>
internal readonly record struct ConnectState(uint[] Perturb, bool[]? Reserved);

/// <summary>
/// <c>__inet_hash_connect</c> of Linux 6.12: even ports first, odd ones only when none is left, from a start that a hash and a counter
/// give.
/// </summary>
internal readonly struct ConnectAllocator : IPortAllocator<uint, ConnectRule, ConnectState>
{
    private const int TableMask = 0xffff;
    private const int StepBits = 3;

    public static bool TryChoose<TView, TRandom>(
        in FlowTuple<uint> original,
        in ConnectRule rule,
        ref ConnectState state,
        ref TView view,
        ref TRandom random,
        out FlowTuple<uint> reply)
        where TView : struct, ITableView<uint>
        where TRandom : struct, IRandom32
    {
        reply = original.Invert() with { Destination = rule.Address };
        uint step = rule.IsOfSocket ? 1u : 2u;
        uint size = (uint)rule.High + 1 - rule.Low;
        if (!rule.IsOfSocket && size > 1)
        {
            size &= ~1u;
        }

        int index = (int)(rule.Offset & TableMask);
        uint offset = (state.Perturb[index] + (uint)(rule.Offset >> 32)) % size;
        offset = rule.IsOfSocket ? offset : offset & ~1u;
        uint passes = rule.IsOfSocket || size <= 1 ? 1u : 2u;
        for (uint parity = 0; parity < passes; parity++)
        {
            uint port = rule.Low + offset + parity;
            for (uint i = 0; i < size; i += step, port += step)
            {
                port = port > rule.High ? port - size : port;
                reply.DestinationPort = (ushort)port;
                if (state.Reserved is { } reserved && reserved[port])
                {
                    continue;
                }

                if (view.TryTake(in reply))
                {
                    uint drawn = random.Next() >> (32 - StepBits);
                    state.Perturb[index] += Math.Max(i, drawn * step) + step;
                    return true;
                }
            }
        }

        return false;
    }
}
