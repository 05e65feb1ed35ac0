namespace NatAllocBench.Tracing;

/// <summary>Which phase of a connection a stack belongs to: that of the innermost frame that is known.</summary>
internal static class Phases
{
    public const string Other = "loop and other";

    private static readonly (string Phase, string[] Frames)[] Known =
    [
        ("hash", ["TupleHasher.", "SipHash", "Sip", "Jenkins", "BySourceHasher.", "PortSecret.", "Md5", "ReciprocalScale."]),
        ("lock", ["ConntrackTable.LockPair", "ConntrackTable.Enter", "ConntrackTable.Exit", "SpinLock32."]),
        ("mangle", ["HeaderRewrite.", "IPv4Headers.", "TransportHeaders.", "InternetChecksum."]),
        ("insert", ["ConntrackTable.Confirm", "ConntrackTable.ScanChain", "ConntrackTable.LinkNode", "ConntrackTable.ResolveClash",
            "ConntrackTable.AddBySource", "ConntrackTable.FreeEntry", "ConntrackTable.Create", "NatSetup.Apply"]),
        ("client's port", ["EphemeralPorts.", "TrackedPort.", "ConnectionLoop.ChoosePort"]),
        ("probe", ["ConntrackTable.IsTaken", "ConntrackTable.IsUsed", "ConntrackTable.Search", "ConntrackTable.TryFind", "PortSearcher.",
            "NatSetup.Choose", "NatSetup.GetUnique", "NatSetup.TryKeepPort", "AddressPool.", "PortCandidates."]),
        ("wait", ["SpinBarrier.", "StartGate.", "BusyWait.", "SpinBudget."]),
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
