using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Nat;

/// <summary>What the start of a search and a whole scan ask for: a table of another kind can be one.</summary>
internal interface ISearchContext<TAddress>
    where TAddress : unmanaged, IAddress<TAddress>
{
    EraTraits Traits { get; }

    /// <summary>Rovers and secrets.</summary>
    NatState Nat { get; }

    /// <summary>The rule.</summary>
    ref readonly NatRange<TAddress> Range { get; }

    /// <summary>The hook's side.</summary>
    ManipType Manip { get; }

    /// <summary>The candidate, at first the tuple as it is.</summary>
    ref ConntrackTuple<TAddress> Tuple { get; }

    /// <summary>The clock, ms.</summary>
    uint Now { get; }

    /// <summary>Design reserve: whether the last candidate is the connection's own by now, whatever others search.</summary>
    bool HasReserved { get; }

    /// <summary>A random offset.</summary>
    ushort NextRandom();

    /// <summary>Whether the reply of the candidate is in use.</summary>
    bool IsUsed();
}
