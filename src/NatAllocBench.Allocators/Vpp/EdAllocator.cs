namespace NatAllocBench.Allocators.Vpp;

/// <summary>
/// <c>nat44_ed_alloc_addr_and_port</c> of nat44-ed: an address by the client's hash, then the client's port if it lies in the worker's
/// slice, else random ports of the slice; ten attempts. Adding the flow to the shared hash is the test.
/// </summary>
internal readonly struct EdAllocator<TEra> : IPortAllocator<uint, EdRule, EdState>
    where TEra : struct, IEdEra
{
    private const int MaxAttempts = 10;

    public static bool TryChoose<TView, TRandom>(
        in FlowTuple<uint> original,
        in EdRule rule,
        ref EdState state,
        ref TView view,
        ref TRandom random,
        out FlowTuple<uint> reply)
        where TView : struct, ITableView<uint>
        where TRandom : struct, IRandom32
    {
        reply = original.Invert();
        if (TEra.TriesEveryAddress)
        {
            return TryAddresses(in original, in rule, ref state, ref view, ref reply);
        }

        if (EdPool.Choose(rule.Addresses, in original, in rule, TEra.AddressHash(original.Source)) is not { } address)
        {
            state.ExhaustedReports++;
            return false;
        }

        return TryPorts(address, in original, in rule, ref state, ref view, ref reply);
    }

    /// <summary>Up to 21.01: every address of the table, then the last address of no table.</summary>
    private static bool TryAddresses<TView>(
        in FlowTuple<uint> original, in EdRule rule, ref EdState state, ref TView view, ref FlowTuple<uint> reply)
        where TView : struct, ITableView<uint>
    {
        EdAddress? lastOfAny = null;
        foreach (EdAddress address in rule.Addresses)
        {
            if (address.Fib is null)
            {
                lastOfAny = address;
            }
            else if (address.Fib == rule.RxFib && TryPorts(address.Address, in original, in rule, ref state, ref view, ref reply))
            {
                return true;
            }
        }

        if (lastOfAny is not null && TryPorts(lastOfAny.Address, in original, in rule, ref state, ref view, ref reply))
        {
            return true;
        }

        state.ExhaustedReports++;
        return false;
    }

    private static bool TryPorts<TView>(
        uint address, in FlowTuple<uint> original, in EdRule rule, ref EdState state, ref TView view, ref FlowTuple<uint> reply)
        where TView : struct, ITableView<uint>
    {
        uint first = VppSharding.FirstPort + (rule.Slice * rule.PortsPerWorker);
        ushort port = original.SourcePort;
        if (!TEra.IsInSlice(port, first, rule.PortsPerWorker))
        {
            port = (ushort)(first + state.Random.Port(0, rule.PortsPerWorker - 1));
        }

        reply.Destination = address;
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            reply.DestinationPort = port;
            if (original.Protocol == IpProtocols.Icmp)
            {
                reply.SourcePort = TEra.KeepsIcmpIdOutside ? port : (ushort)0;
            }

            if (TEra.HonoursStaticMappings && rule.StaticMappings?.Contains((address, port, original.Protocol)) == true)
            {
                state.StaticHits++;
            }
            else if (view.TryTake(in reply))
            {
                return true;
            }

            port = (ushort)(first + state.Random.Port(0, rule.PortsPerWorker - 1)); // also after the last attempt
        }

        return false;
    }
}
