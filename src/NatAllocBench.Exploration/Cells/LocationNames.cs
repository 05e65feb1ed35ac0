using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Exploration.Cells;

/// <summary>Words of a table in the terms of its drawing.</summary>
internal static class LocationNames
{
    private const int NodeSize = 32;

    /// <summary>What the word at a place of a region is.</summary>
    /// <param name="region">The region as <c>VisitRegions</c> names it, or the type of a reference.</param>
    /// <param name="offset">Bytes from its beginning.</param>
    public static string Of(string region, long offset) => region switch
    {
        "entry" => $"slot {offset / (2 * NodeSize)} {Field(offset % (2 * NodeSize))}",
        "shared" => Shared(offset),
        "head" => $"head of chain {offset / sizeof(uint)}",
        "by-source head" => $"head of by-source chain {offset / sizeof(uint)}",
        "rover" => "rover",
        "cpu" => $"section or reservation of CPU {offset / 512}",
        "BucketArray" => "bucket array",
        _ => $"{region} {offset}",
    };

    private static string Field(long offset) => (offset >= NodeSize ? "REPLY " : "ORIGINAL ") + (offset % NodeSize) switch
    {
        < 8 => "addresses",
        < 16 => "ports",
        < 20 => "link",
        < 24 => offset >= NodeSize ? "by-source link" : "deadline",
        _ when offset >= NodeSize => "sequence number",
        < 28 => "status",
        _ => "generation",
    };

    private static string Shared(long offset) => offset switch
    {
        SharedWords.CountAt => "nf_conntrack_count",
        SharedWords.FreshSlotsAt => "never used slots",
        SharedWords.FullMagazinesAt => "full magazines",
        SharedWords.EmptyMagazinesAt => "empty magazines",
        SharedWords.BySourceLockAt => "by-source lock",
        SharedWords.EpochAt => "epoch",
        SharedWords.ResizingAt => "whether a resize is on",
        >= SharedWords.BySourceLocksAt => $"by-source lock {(offset - SharedWords.BySourceLocksAt) / sizeof(int)}",
        _ => $"bucket lock {(offset - SharedWords.TableLocksAt) / sizeof(int)}",
    };
}
