using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Table;

/// <content>The memory that CPUs share, for an exploration, which names a word by its region and its place there.</content>
public sealed unsafe partial class ConntrackTable<TAddress, TEra, TDesign>
{
    /// <summary>Names every block of memory whose words <see cref="ISharedAccess"/> sees.</summary>
    /// <param name="visit">Called with start, length in bytes and name of each.</param>
    internal void VisitRegions(RegionVisitor visit)
    {
        visit(_nodes, _slab.Length, "entry");
        visit(_shared.Pointer, _shared.Length, "shared");
        visit(_magazines.Pointer, _magazines.Length, "magazine");
        visit((byte*)_bySource.Heads, _bySource.Count * sizeof(uint), "by-source head");
        visit((byte*)Unsafe.AsPointer(ref _cpus[0]), _cpus.Length * sizeof(CpuState), "cpu");
        if (_buckets is { } buckets)
        {
            visit((byte*)buckets.Heads, buckets.Count * sizeof(uint), "head");
        }
    }
}

/// <summary>What is done with a block of memory.</summary>
/// <param name="start">First byte.</param>
/// <param name="bytes">Length.</param>
/// <param name="name">Name.</param>
internal unsafe delegate void RegionVisitor(byte* start, long bytes, string name);
