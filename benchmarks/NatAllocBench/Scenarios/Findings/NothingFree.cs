using NatAllocBench.Allocators;

namespace NatAllocBench.Scenarios.Findings;

/// <summary>A table in which every port is in use; it remembers what it was asked for.</summary>
internal struct NothingFree : ITableView<uint>
{
    private HashSet<(uint Address, ushort Port)>? _asked;

    public NothingFree()
    {
    }

    public long Probes { get; private set; }

    /// <summary>Different endpoints that were asked for.</summary>
    public readonly int Distinct => _asked?.Count ?? 0;

    public bool TryTake(in FlowTuple<uint> reply)
    {
        Probes++;
        (_asked ??= []).Add((reply.Destination, reply.DestinationPort));
        return false;
    }
}
