using NatAllocBench.Netfilter.Hashing;

namespace NatAllocBench.Netfilter.Batching;

/// <summary>
/// How many flows <see cref="ConnectPass{TAddress, TEra, TDesign}"/> has prepared; a type parameter, so that the loop of one has no loop.
/// </summary>
internal interface IBlockShape
{
    /// <summary>Flows at most.</summary>
    static abstract int Width { get; }

    /// <summary>
    /// Whether the flows only go as far as <see cref="FlowRun{TAddress}.Last"/>, so that nothing is published and nothing is counted.
    /// </summary>
    static abstract bool IsRehearsal { get; }
}

/// <summary>One flow, which the plan covers: nothing comes after it that could be fetched meanwhile.</summary>
internal readonly struct BlockOfOne : IBlockShape
{
    /// <inheritdoc/>
    public static int Width => 1;

    /// <inheritdoc/>
    public static bool IsRehearsal => false;
}

/// <summary>A block of sixteen, while the next one is fetched.</summary>
internal readonly struct WholeBlock : IBlockShape
{
    /// <inheritdoc/>
    public static int Width => FlowBlock.Width;

    /// <inheritdoc/>
    public static bool IsRehearsal => false;
}

/// <summary>A block of sixteen that is rehearsed, to time the parts of a connection.</summary>
internal readonly struct RehearsedBlock : IBlockShape
{
    /// <inheritdoc/>
    public static int Width => FlowBlock.Width;

    /// <inheritdoc/>
    public static bool IsRehearsal => true;
}
