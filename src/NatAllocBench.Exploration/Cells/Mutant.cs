using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Scenarios;
using NatAllocBench.Exploration.Search;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Exploration.Cells;

/// <summary>A table with one fault, and where an exploration finds it.</summary>
/// <param name="Name">Name in options.</param>
/// <param name="LeftOut">The step of the protocol that is left out.</param>
/// <param name="Design">Design whose step it is.</param>
/// <param name="Scenario">Scenario in which it shows.</param>
/// <param name="Connections">Number of connections.</param>
/// <param name="Model">Memory model under which it shows.</param>
internal sealed record Mutant(string Name, ProtocolStep LeftOut, string Design, string Scenario, int Connections, MemoryModel Model)
{
    private const string Locks = "kernel-locks";
    private const string Free = "lock-free";

    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("confirm-skips-reply-scan", ProtocolStep.ScanReplyAtConfirm, Locks, "keep-port", 2, MemoryModel.Sc),
        new("claim-second-unchecked", ProtocolStep.RescanSecondClaim, Free, "keep-port", 2, MemoryModel.Sc),
        new("status-before-link", ProtocolStep.LinkBeforeConfirmed, Locks, "lookup", 2, MemoryModel.Sc),
        new("lock-order", ProtocolStep.LowerLockFirst, Locks, "reverse", 2, MemoryModel.Sc),
        new("no-generation-check", ProtocolStep.CheckGeneration, Locks, "recycle", 3, MemoryModel.Sc),
        new("no-fence-before-epoch", ProtocolStep.FenceBeforeEpoch, Free, "recycle", 2, MemoryModel.Tso),
        new("no-fence-before-resize", ProtocolStep.FenceBeforeResize, Free, "resize", 2, MemoryModel.Tso),
        new("mark-after-unlink", ProtocolStep.MarkBeforeUnlink, Free, "kill-both", 2, MemoryModel.Sc),
        new("by-source-wrong-bucket", ProtocolStep.OwnSourceBucket, Free, "keep-port", 2, MemoryModel.Sc),
        new("claim-order-fixed", ProtocolStep.ClaimInTupleOrder, Free, "reverse", 2, MemoryModel.Sc),
        new("dying-is-found", ProtocolStep.HideDying, Free, "recycle", 2, MemoryModel.Sc),
        new("probe-sees-claims", ProtocolStep.ProbeConfirmed, Free, "calls", 2, MemoryModel.Sc),
        new("reverse-not-asked", ProtocolStep.AskReverse, Netfilter.Table.ReserveLockFree.Name, "reverse", 2, MemoryModel.Sc),
        new("waits-for-holder", ProtocolStep.PassHolder, Netfilter.Table.ReserveLockFree.Name, "held", 2, MemoryModel.Sc),
        new("no-grace-period", ProtocolStep.GracePeriod, Free, "recycle", 2, MemoryModel.Sc),
    ];

    /// <summary>
    /// Looks like a fault and is none: a slot that is freed before its claim is withdrawn is not taken again before the CPU has left its
    /// section, and by then the claim is withdrawn.
    /// </summary>
    public static Mutant Equivalent { get; } =
        new("free-before-withdraw", ProtocolStep.WithdrawBeforeFree, Free, "reverse", 2, MemoryModel.Sc);

    public static Mutant? Find(string name) => All.FirstOrDefault(mutant => mutant.Name == name);

    /// <summary>Where the exploration looks.</summary>
    public ExploredCell Cell => new(EraCatalog.Get("6.12"), Design, ScenarioCatalog.Find(Scenario)!, Connections, Model);

    /// <summary>Looks for a violation, until there is one or a limit is reached.</summary>
    public CellSearch Hunt(TimeSpan time, CancellationToken stop)
    {
        var search = new CellSearch(Cell, fault: LeftOut);
        search.Run(new SearchLimits(long.MaxValue, time, stop, StopsAtViolation: true));
        return search;
    }
}
