using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Clients;

namespace NatAllocBench.Racing.Race;

/// <summary>
/// The client's in-use test: a port is in use while the connection that had it is still tracked. A real client
/// would free the port slightly earlier or later. Reusing it while the router still tracks the old connection would not create a new
/// one. Threads of one client claim their port, as connect() does under the lock of its own table.
/// </summary>
internal struct TrackedPort<TEra, TDesign> : IPortInUse
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private readonly ConntrackTable<IPv4Address, TEra, TDesign> _table;
    private readonly int _cpu;
    private readonly ulong[]? _claimed;
    private ConntrackTuple<IPv4Address> _tuple;

    public TrackedPort(ConntrackTable<IPv4Address, TEra, TDesign> table, int cpu, in ConntrackTuple<IPv4Address> tuple, ulong[]? claimed)
    {
        _claimed = claimed;
        _table = table;
        _cpu = cpu;
        _tuple = tuple;
    }

    /// <summary>Ports asked about.</summary>
    public uint Tried { get; private set; }

    public bool IsInUse(ushort port)
    {
        Tried++;
        _tuple.SourcePort = port;
        if (_table.TryFind(ref _table.Cpu(_cpu), in _tuple, _table.Hash(in _tuple), out _))
        {
            return true;
        }

        // Atomicity alone decides which of two threads has the port; nothing is published through the bit.
        ulong bit = 1UL << (port % 64);
        return _claimed is not null && (Interlocked.Or(ref _claimed[port / 64], bit) & bit) != 0;
    }
}
