using NatAllocBench.Netfilter.Eras;

namespace NatAllocBench.Commands;

/// <summary>Eras in words.</summary>
internal static class EraText
{
    public static string Of(StartOffset start) => start switch
    {
        StartOffset.Rover => "rover",
        StartOffset.KeyedMd5 => "constant start (MD5)",
        StartOffset.KeyedSipHash => "constant start (SipHash)",
        StartOffset.Random => "random start",
        _ => "not there",
    };

    public static string Of(PortSearch search) => search switch
    {
        PortSearch.ScanAll => "whole range",
        PortSearch.ScanLastUnchecked => "whole range, last unchecked",
        PortSearch.Limited => "248 at most",
        _ => "248 at most, may evict",
    };

    public static string Of(TableHash hash) => hash switch
    {
        TableHash.Jenkins2 => "jhash (lookup2)",
        TableHash.Jenkins3 => "jhash (lookup3)",
        TableHash.SipHash48 => "SipHash, 48 bytes",
        TableHash.SipHash4Words => "SipHash, 4 words",
        _ => "SipHash, 39 bytes",
    };

    public static string Of(ClashRule rule) => rule switch
    {
        ClashRule.Drop => "dropped",
        ClashRule.MergeWithoutNat => "merged without NAT",
        ClashRule.MergeEqual => "merged if equal",
        ClashRule.InsertReply => "merged, or reply-only",
        _ => "merged, reversed too, or reply-only",
    };

    /// <summary>What a kernel does with the three modes, and how sure that is.</summary>
    public static IEnumerable<string> Explain(EraMatch match)
    {
        Era era = match.Era;
        EraTraits traits = era.Traits;
        yield return $"{match.Version}: era {era.Name} ({era.Releases})";
        yield return $"  what came with it: {era.Changes}";
        yield return "  default:      keeps the client's port if it is free there; else searches, " + Start(traits.DefaultStart);
        yield return "  random:       always searches, " + Start(traits.RandomStart);
        yield return "  random-fully: " + (traits.RandomFullyStart == StartOffset.NotAvailable
            ? "not in this kernel (3.14 and later)"
            : "always searches, " + Start(traits.RandomFullyStart));
        yield return $"  search:       {Of(traits.Search)}; table hash {Of(traits.Hash)}; {(traits.GlobalLock ? "one lock" : "1024 locks")}";
        if (traits.RandomStart == traits.RandomFullyStart)
        {
            yield return "  random and random-fully are one and the same code here.";
        }
        else if (traits.RandomStart is StartOffset.KeyedMd5 or StartOffset.KeyedSipHash)
        {
            yield return "  random is no cure here: all clients of one destination start at the same port. Use random-fully.";
        }

        foreach (string caution in match.Cautions)
        {
            yield return "  note: " + caution;
        }
    }

    private static string Start(StartOffset start) => start switch
    {
        StartOffset.Rover => "starting at the rover that all CPUs share: two that search at once collide.",
        StartOffset.KeyedMd5 or StartOffset.KeyedSipHash => "starting at a port that is constant for a destination.",
        _ => "starting at random.",
    };
}
