namespace NatAllocBench.Allocators.Vpp;

/// <summary>
/// <c>nat44_ei_alloc_*</c> of nat44-ei: the port holds for all destinations. While the counter says that ports are left, random ports are
/// drawn until a free one comes, without a limit.
/// </summary>
internal readonly struct EiAllocator : IPortAllocator<uint, EiRule, EiState>
{
    public static bool TryChoose<TView, TRandom>(
        in FlowTuple<uint> original,
        in EiRule rule,
        ref EiState state,
        ref TView view,
        ref TRandom random,
        out FlowTuple<uint> reply)
        where TView : struct, ITableView<uint>
        where TRandom : struct, IRandom32
    {
        reply = new FlowTuple<uint>(original.Protocol, 0, 0, 0, 0);
        int index = ChooseAddress(in original, in rule, state);
        if (index < 0)
        {
            return false;
        }

        reply.Destination = rule.Addresses[index].Address;
        do
        {
            reply.DestinationPort = Draw(in rule, ref state.Random);
        }
        while (!view.TryTake(in reply));

        state.Count(index, rule.Slice);
        return true;
    }

    private static int ChooseAddress(in FlowTuple<uint> original, in EiRule rule, EiState state)
    {
        if (rule.Addresses.Length == 0)
        {
            return -1;
        }

        switch (rule.Method)
        {
            case EiMethod.Range:
                return state.Busy[0] < rule.LastPort - rule.FirstPort + 1 ? 0 : -1;
            case EiMethod.MapE:
                uint capacity = (1u << (16 - rule.PortSetLength)) - (1u << HostBits(in rule));
                return state.Busy[0] < capacity ? 0 : -1;
            default:
                return ChooseByHash(in original, in rule, state);
        }
    }

    private static int ChooseByHash(in FlowTuple<uint> original, in EiRule rule, EiState state)
    {
        int size = rule.Addresses.Length;
        int offset = (int)(VppSharding.LittleEndian(original.Source) % (uint)size);
        int lastOfAny = -1;
        for (int i = 0; i < size; i++)
        {
            int index = (offset + i) % size;
            if (state.BusyOfWorker[index][rule.Slice] >= rule.PortsPerWorker)
            {
                continue;
            }

            if (rule.Addresses[index].Fib == rule.RxFib)
            {
                return index;
            }

            lastOfAny = rule.Addresses[index].Fib is null ? index : lastOfAny;
        }

        return lastOfAny;
    }

    private static ushort Draw(in EiRule rule, ref VppRandom random)
    {
        switch (rule.Method)
        {
            case EiMethod.Range:
                return (ushort)random.Port(rule.FirstPort, rule.LastPort);
            case EiMethod.MapE:
                uint block = random.Port(1, (1u << rule.PortSetOffset) - 1);
                uint host = random.Port(0, (1u << HostBits(in rule)) - 1);
                return (ushort)(block | (rule.PortSetId << rule.PortSetOffset) | (host << (16 - HostBits(in rule))));
            default:
                uint first = VppSharding.FirstPort + (rule.PortsPerWorker * rule.Slice);
                return (ushort)(first + random.Port(0, rule.PortsPerWorker - 1));
        }
    }

    private static int HostBits(in EiRule rule) => 16 - (rule.PortSetOffset + rule.PortSetLength);
}
