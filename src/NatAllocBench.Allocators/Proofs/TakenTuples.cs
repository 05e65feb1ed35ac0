using System.Numerics;

namespace NatAllocBench.Allocators.Proofs;

/// <summary>A vector's table: boxes of REPLY tuples in use, and the tuples inserted since.</summary>
internal sealed class TakenTuples<TAddress>
    where TAddress : unmanaged, IBinaryInteger<TAddress>
{
    private readonly List<TupleBox<TAddress>> _boxes = [];
    private readonly HashSet<FlowTuple<TAddress>> _inserted = [];

    public uint Probes { get; private set; }

    public uint Hits { get; private set; }

    public void Add(TupleBox<TAddress> box) => _boxes.Add(box);

    public void Insert(FlowTuple<TAddress> tuple) => _inserted.Add(tuple);

    public bool Ask(in FlowTuple<TAddress> reply)
    {
        FlowTuple<TAddress> asked = reply;
        bool used = _inserted.Contains(asked) || _boxes.Exists(box => box.Contains(in asked));
        Probes++;
        Hits += used ? 1u : 0;
        return !used;
    }
}

/// <summary>Tuples between two corners; without a protocol those of every protocol.</summary>
internal readonly record struct TupleBox<TAddress>(
    byte? Protocol, TAddress Source, uint SourceFirst, uint SourceLast, TAddress Destination, uint DestinationFirst, uint DestinationLast)
    where TAddress : unmanaged, IBinaryInteger<TAddress>
{
    public bool Contains(in FlowTuple<TAddress> tuple) =>
        (Protocol is not { } protocol || protocol == tuple.Protocol)
        && Source == tuple.Source && Destination == tuple.Destination
        && SourceFirst <= tuple.SourcePort && tuple.SourcePort <= SourceLast
        && DestinationFirst <= tuple.DestinationPort && tuple.DestinationPort <= DestinationLast;
}

/// <summary>Looks into a vector's table; nothing is inserted by asking.</summary>
internal readonly struct TakenView<TAddress>(TakenTuples<TAddress> taken) : ITableView<TAddress>
    where TAddress : unmanaged, IBinaryInteger<TAddress>
{
    public bool TryTake(in FlowTuple<TAddress> reply) => taken.Ask(in reply);
}
