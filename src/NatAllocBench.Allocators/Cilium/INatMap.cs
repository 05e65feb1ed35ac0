namespace NatAllocBench.Allocators.Cilium;

/// <summary>What an entry of the NAT map leads to.</summary>
internal readonly record struct NatEntry(uint ToAddress, ushort ToPort, uint NeedsTracking);

/// <summary>A key of the NAT map: a tuple and its direction. The reverse key of a port is the port's lock.</summary>
internal readonly record struct NatKey(FlowTuple<uint> Tuple, bool IsReverse);

/// <summary>The NAT map of the datapath. Each operation is atomic by itself; results are 0 or a negative error number.</summary>
internal interface INatMap
{
    bool Lookup(in NatKey key, out NatEntry entry);

    /// <summary>Inserts if absent: -17 if the key exists, -12 without memory.</summary>
    int Create(in NatKey key, in NatEntry entry);

    /// <summary>Writes whether or not the key exists.</summary>
    int Put(in NatKey key, in NatEntry entry);

    /// <summary>-2 if the key does not exist.</summary>
    int Delete(in NatKey key);
}
