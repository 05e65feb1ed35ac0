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
        ("hash",
            ["ConntrackTable.Hash", "ConntrackTable.BySourceHash", "ChainTable.Hash", "BySourceTable.Hash", "TupleHasher.",
            "TupleHash.", "SourceHash.", "TupleHashPrefix.", "Sip", "Jenkins", "BySourceHasher.", "PortSecret.", "Md5",
            "ReciprocalScale."]),
        ("lock", ["LockedChains.LockPair", "LockedChains.Enter", "LockedChains.Exit", "SpinLock32."]),
        ("mangle", ["HeaderRewrite.", "IPv4Headers.", "TransportHeaders.", "InternetChecksum."]),
        ("insert",
            ["ConntrackTable.Confirm", "ConntrackTable.Create", "Confirmation.", "LockedChains.", "LockFreeChains.",
            "ChainTable.ScanChain", "ChainTable.WalkChain", "BySourceTable.Add", "EntryLife.FreeEntry", "SlotPool.", "EntryCount.",
            "NatSetup.Apply"]),
        ("client's port", ["EphemeralPorts.", "TrackedPort.", "ConnectionLoop.ChoosePort"]),
        ("probe",
            ["ConntrackTable.IsTaken", "ConntrackTable.TryFind", "TupleLookup.", "BySourceTable.TryFind", "BySourceTable.Walk",
            "PortSearcher.", "RangeScan.", "SearchStart.", "NatSetup.Choose", "NatSetup.GetUnique", "NatSetup.TryKeepPort",
            "AddressPool.", "PortCandidates."]),
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
