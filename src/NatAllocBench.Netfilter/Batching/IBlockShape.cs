using NatAllocBench.Netfilter.Hashing;

namespace NatAllocBench.Netfilter.Batching;

/// <summary>
/// How many flows <see cref="ConnectPass{TAddress, TEra, TDesign}"/> has prepared; a type parameter, so that the loop of one has no loop.
/// </summary>
internal interface IBlockShape
{
    /// <summary>Flows at most.</summary>
    static abstract int Width { get; }
}

/// <summary>One flow, which the plan covers: nothing comes after it that could be fetched meanwhile.</summary>
internal readonly struct BlockOfOne : IBlockShape
{
    /// <inheritdoc/>
    public static int Width => 1;
}

/// <summary>A block of sixteen, while the next one is fetched.</summary>
internal readonly struct WholeBlock : IBlockShape
{
    /// <inheritdoc/>
    public static int Width => FlowBlock.Width;
}
