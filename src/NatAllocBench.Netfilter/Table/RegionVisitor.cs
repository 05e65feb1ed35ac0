namespace NatAllocBench.Netfilter.Table;

/// <summary>Told a block of memory that CPUs share: an exploration names a word by its block and its place there.</summary>
/// <param name="start">First byte.</param>
/// <param name="bytes">Length.</param>
internal unsafe delegate void RegionVisitor(byte* start, long bytes, string name);
