using NatAllocBench.Allocators.Race;

namespace NatAllocBench.Allocators.Npf;

/// <summary>The port map of a raced NPF.</summary>
internal readonly struct NpfStore(NpfPortMap map) : IPortStore
{
    public long Count => map.Count;

    public bool Contains(in FlowTuple<uint> reply) => map.IsSet(reply.DestinationPort);

    public bool TryInsert(in FlowTuple<uint> reply) => map.TrySet(reply.DestinationPort);

    public bool TryStand(in FlowTuple<uint> reply) => map.TrySet(reply.DestinationPort);

    public void Remove(in FlowTuple<uint> reply) => map.Clear(reply.DestinationPort);
}
