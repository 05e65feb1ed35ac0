using System.Numerics;

namespace NatAllocBench.Allocators;

/// <summary>
/// What an allocator sees of the table while it chooses. The view decides what a question means: a view with a window only looks
/// (the answer may be stale at insertion), a view that reserves inserts if absent, so that the answer "yes" already holds the port.
/// </summary>
/// <typeparam name="TAddress">Number type of an address.</typeparam>
internal interface ITableView<TAddress>
    where TAddress : unmanaged, IBinaryInteger<TAddress>
{
    /// <summary>Asks for one candidate.</summary>
    /// <param name="reply">
    /// The REPLY tuple the flow would get: for source NAT its destination is the translated endpoint. Systems that reserve a port for all
    /// destinations leave the source zero.
    /// </param>
    /// <returns>Whether the candidate is free (and, with a view that reserves, now held by the caller).</returns>
    bool TryTake(in FlowTuple<TAddress> reply);
}
