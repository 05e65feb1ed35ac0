using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Netfilter.Table;

/// <summary>The heads of all chains, and their number: one object, so that a reader gets both from one load.</summary>
internal sealed unsafe class BucketArray : IDisposable
{
    private readonly NativeRegion _region;

    public BucketArray(uint count)
    {
        Count = count;
        _region = new NativeRegion((long)count * sizeof(Link));
        Heads = (Link*)_region.Pointer;
        for (uint bucket = 0; bucket < count; bucket++)
        {
            Heads[bucket] = Link.End(bucket);
        }
    }

    public uint Count { get; }

    public Link* Heads { get; }

    public void Dispose() => _region.Dispose();

    public void VisitRegions(RegionVisitor visit, string name) => visit((byte*)Heads, Count * sizeof(Link), name);
}
