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
        StartOffset.KeyedSipHashTimed => "constant start (SipHash), moves every 10 s",
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
        TableHash.Wyhash => "wyhash (no kernel)",
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

    public static string Of(OriginalFirst first) => first switch
    {
        OriginalFirst.ReverseExempt => "exempt unless answered",
        OriginalFirst.ReverseExemptBothLookups => "exempt",
        OriginalFirst.ReverseExemptAnyDirection => "exempt, no direction test",
        _ => "not exempt",
    };

    /// <summary>What a kernel does with the three modes, and how sure that is.</summary>
    public static IEnumerable<string> Explain(EraMatch match)
    {
        Era era = match.Era;
        EraTraits traits = era.Traits;
        yield return era.Name == match.Release.Text
            ? $"{match.Release.Text}: {era.Changes}"
            : $"{match.Release.Text}: era {era.Name} ({era.Releases}): {era.Changes}";
        foreach (Backport backport in match.Backports)
        {

            // Of a change that is modelled a note says how sure its build is.
            string scope = backport.Change.IsModelled ? ""
                : backport.EvidenceText.Length == 0 ? "; not in the model" : $"; not in the model; {backport.EvidenceText}";
            yield return $"  has:          {backport.Change.Text} ({match.Line!.Name} {backport.Origin}{scope})";
        }

        yield return "  default:      keeps the client's port if it is free there; else searches, " + Start(traits.DefaultStart);
        yield return "  random:       always searches, " + Start(traits.RandomStart);
        yield return "  random-fully: " + (traits.RandomFullyStart == StartOffset.NotAvailable
            ? "not in this kernel (3.14 and later)"
            : "always searches, " + Start(traits.RandomFullyStart));
        yield return $"  search:       {Of(traits.Search)}; table hash {Of(traits.Hash)}; "
            + $"{(traits.GlobalLock ? "one lock" : "1024 locks")}";
        yield return $"  UDP clash:    {Of(traits.Clash)}; chain limit {ChainLimit(traits)}";
        if (traits.RandomStart == traits.RandomFullyStart)
        {
            yield return "  random and random-fully are one and the same code here.";
        }
        else if (traits.IsRandomKeyed)
        {
            yield return "  random is no cure here: all clients of one destination start at the same port. Use random-fully.";
        }

        foreach (string caution in match.Cautions)
        {
            yield return "  note: " + caution;
        }

        foreach (EraCandidate candidate in match.Candidates)
        {
            yield return $"  candidate: {candidate.When}: {Starts(candidate.Era.Traits)}";
        }
    }

    /// <summary>The chain limit, or none.</summary>
    public static string ChainLimit(EraTraits traits) => traits.ChainLimitMin == 0
        ? "none"
        : $"{traits.ChainLimitMin} to {traits.ChainLimitMin + traits.ChainLimitSpread - 1}";

    private static string Starts(EraTraits traits) =>
        $"default {Of(traits.DefaultStart)}, random {Of(traits.RandomStart)}, search {Of(traits.Search)}, UDP clash {Of(traits.Clash)}, "
        + $"chain limit {ChainLimit(traits)}, reverse flows {Of(traits.OriginalFirst)}";

    private static string Start(StartOffset start) => start switch
    {
        StartOffset.Rover => "starting at the rover that all CPUs share: two that search at once collide.",
        StartOffset.KeyedMd5 or StartOffset.KeyedSipHash => "starting at a port that is constant for a destination.",
        StartOffset.KeyedSipHashTimed => "starting at a port that is the same for all clients of a destination and moves every 10 s.",
        _ => "starting at random.",
    };
}
