using NatAllocBench.Netfilter.Hashing;
namespace NatAllocBench.Tracing;

/// <summary>Which phase of a connection a stack belongs to: that of the innermost frame that is known.</summary>
internal static class Phases
{
    public const string Wait = "wait";
    public const string Other = "loop and other";

    /// <summary>What a connection goes through in the kernel; a report names them all, even those without a sample.</summary>
    public static readonly IReadOnlyList<string> OfConnection = ["hash", "probe", "insert", "lock", "mangle"];

    private static readonly (string Phase, string[] Frames)[] Known =
    [
        ("hash", ["ConntrackTable.Hash", "ConntrackTable.BySourceHash", "TupleHasher.", "SipHash", "Sip", "Jenkins", "BySourceHasher.", "PortSecret.", "Md5", "ReciprocalScale."]),
        ("lock", ["ConntrackTable.LockPair", "ConntrackTable.Enter", "ConntrackTable.Exit", "SpinLock32."]),
        ("mangle", ["HeaderRewrite.", "IPv4Headers.", "TransportHeaders.", "InternetChecksum."]),
        ("insert", ["ConntrackTable.Confirm", "ConntrackTable.ScanChain", "ConntrackTable.LinkNode", "ConntrackTable.ResolveClash",
            "ConntrackTable.AddBySource", "ConntrackTable.FreeEntry", "ConntrackTable.Create", "NatSetup.Apply"]),
        ("client's port", ["EphemeralPorts.", "TrackedPort.", "ConnectionLoop.ChoosePort"]),
        ("probe", ["ConntrackTable.IsTaken", "ConntrackTable.IsUsed", "ConntrackTable.Search", "ConntrackTable.TryFind", "PortSearcher.",
            "NatSetup.Choose", "NatSetup.GetUnique", "NatSetup.TryKeepPort", "AddressPool.", "PortCandidates."]),
        (Wait, ["SpinBarrier.", "StartGate.", "BusyWait.", "SpinBudget.", "RaceWorker.WaitUntil", "ConnectionLoop.RetryRound"]),
        ("tracing itself", ["ConnectionRecorder.", "Preemptions."]),
    ];

    public static string Of(IReadOnlyList<string> frames)
    {
        for (int i = frames.Count - 1; i >= 0; i--)
        {
            foreach ((string phase, string[] known) in Known)
            {
                if (known.Any(prefix => frames[i].StartsWith(prefix, StringComparison.Ordinal)))
                {
                    return phase;
                }
            }
        }

        return Other;
    }
}
