using System.Numerics;
using NatAllocBench.Allocators.Race;

namespace NatAllocBench.Allocators.Vpp;

/// <summary>
/// The bits of one address and protocol. The system sets them without atomics, since slices are disjoint; here words are shared safely.
/// </summary>
internal sealed class PortBits
{
    private readonly ulong[] _words = new ulong[65536 / 64];

    public long Count => _words.Sum(word => BitOperations.PopCount(word));

    public bool IsSet(ushort port) => (Volatile.Read(ref _words[port / 64]) & Mask(port)) != 0; // a stale answer is allowed

    /// <summary>Full fence; of several setters of one bit exactly one sees it clear. Nothing else is published through it.</summary>
    public bool TrySet(ushort port) => (Interlocked.Or(ref _words[port / 64], Mask(port)) & Mask(port)) == 0;

    public void Clear(ushort port) => Interlocked.And(ref _words[port / 64], ~Mask(port)); // full fence, as in TrySet

    private static ulong Mask(ushort port) => 1UL << (port % 64);
}

/// <summary>The bits of a raced nat44-ei, and its counters for ports that stand or go.</summary>
internal readonly struct EiStore(PortBits bits, EiState state, uint portsPerWorker) : IPortStore
{
    public long Count => bits.Count;

    public static uint PortsPerWorker(SystemSetup setup) => 64511 / (uint)setup.Workers;

    public bool Contains(in FlowTuple<uint> reply) => bits.IsSet(reply.DestinationPort);

    public bool TryInsert(in FlowTuple<uint> reply) => bits.TrySet(reply.DestinationPort);

    public bool TryStand(in FlowTuple<uint> reply)
    {
        if (SliceOf(reply.DestinationPort) is not { } slice || !bits.TrySet(reply.DestinationPort))
        {
            return false;
        }

        state.Count(0, slice);
        return true;
    }

    public void Remove(in FlowTuple<uint> reply)
    {
        bits.Clear(reply.DestinationPort);
        if (SliceOf(reply.DestinationPort) is { } slice)
        {
            state.Uncount(0, slice);
        }
    }

    private uint? SliceOf(ushort port)
    {
        uint slice = (port - VppSharding.FirstPort) / portsPerWorker;
        return slice < state.BusyOfWorker[0].Length ? slice : null;
    }
}
