using System.Numerics;

namespace NatAllocBench.Allocators;

/// <summary>
/// How one system picks the translated endpoint of a new flow. All members are static: the JIT compiles a body per system.
/// </summary>
/// <typeparam name="TAddress">Number type of an address.</typeparam>
/// <typeparam name="TRule">What the operator configures: addresses, ports, options. Does not change while flows are made.</typeparam>
/// <typeparam name="TState">What the allocator remembers between flows and shares between CPUs (counters, seeds).</typeparam>
internal interface IPortAllocator<TAddress, TRule, TState>
    where TAddress : unmanaged, IBinaryInteger<TAddress>
{
    /// <summary>Chooses for one flow.</summary>
    /// <param name="original">The flow's first packet.</param>
    /// <param name="rule">The rule that applies.</param>
    /// <param name="state">The allocator's shared state; several CPUs may be in here at once unless the lock scope forbids it.</param>
    /// <param name="view">The table: asked once per candidate.</param>
    /// <param name="random">The caller's random source.</param>
    /// <param name="reply">The REPLY tuple chosen; after a refusal what the system leaves there.</param>
    /// <returns>Whether an endpoint was found.</returns>
    static abstract bool TryChoose<TView, TRandom>(
        in FlowTuple<TAddress> original,
        in TRule rule,
        ref TState state,
        ref TView view,
        ref TRandom random,
        out FlowTuple<TAddress> reply)
        where TView : struct, ITableView<TAddress>
        where TRandom : struct, IRandom32;
}
