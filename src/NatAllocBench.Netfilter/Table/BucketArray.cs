using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Netfilter.Table;

/// <summary>The heads of all chains, and their number: one object, so that a reader gets both from one load.</summary>
internal sealed unsafe class BucketArray : IDisposable
{
    private readonly NativeRegion _region;

    public BucketArray(uint count)
    {
        Count = count;
        _region = new NativeRegion((long)count * sizeof(uint));
        Heads = (uint*)_region.Pointer;
        for (uint bucket = 0; bucket < count; bucket++)
        {
            Heads[bucket] = ChainLink.End(bucket);
        }
    }

    public uint Count { get; }

    public uint* Heads { get; }

    public void Dispose() => _region.Dispose();

    public void VisitRegions(RegionVisitor visit, string name) => visit((byte*)Heads, Count * sizeof(uint), name);
}

/// <summary>Links of a chain: a node, or the end marker of a bucket; bit 30 marks the node that holds the link as deleted.</summary>
internal static class ChainLink
{
    /// <summary>The largest number that a link can carry.</summary>
    public const uint MaxValue = (1 << 30) - 1;

    /// <summary>The node that holds this link is deleted (lock-free design only).</summary>
    public const uint Mark = 1u << 30;

    private const uint EndBit = 1u << 31;

    public static uint End(uint bucket) => EndBit | bucket;

    public static bool IsEnd(uint link) => (int)link < 0;

    public static bool IsMarked(uint link) => (link & Mark) != 0;

    public static uint Value(uint link) => link & MaxValue;
}
