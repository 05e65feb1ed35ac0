using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Node.Recordings;

namespace NatAllocBench.Node.Replaying;

/// <summary>Another system's allocator with its own lock scope.</summary>
internal sealed class SystemGateway(WhatIf gateway, int connections, int cpus, ulong seed) : IGateway
{
    private readonly SystemTable _table = gateway.Allocator!.Racer()!.Create(
        new SystemSetup(new PortRange(gateway.Low, gateway.High), cpus, connections + 16, gateway.Addresses, seed));

    private readonly HashSet<uint> _addresses = [];
    private readonly SteppedFlow[] _flows = new SteppedFlow[connections];

    public int AddressesUsed => _addresses.Count;

    public Chosen Choose(int number, int cpu, RecordedConnection connection)
    {
        var flow = new FlowTuple<uint>(
            connection.Protocol, (uint)connection.Client, connection.ClientKey, (uint)connection.Remote, connection.RemoteKey);
        _flows[number] = _table.Choose(cpu, in flow);
        _addresses.Add(_flows[number].Reply.Destination);
        return new Chosen(_flows[number].Probes, _flows[number].Reply.DestinationPort == connection.ClientKey);
    }

    public Loss Insert(int number, int cpu)
    {
        if (!_flows[number].IsFound)
        {
            return Loss.Exhausted;
        }

        return _table.Insert(ref _flows[number]) ? Loss.None : Loss.Search;
    }

    public void Close(int number, int cpu)
    {
        // None of these systems gives a closed connection's port away before its time.
    }

    public void Free(int number, int cpu) => _table.Remove(ref _flows[number]);

    public void Dispose() => _table.Dispose();
}
