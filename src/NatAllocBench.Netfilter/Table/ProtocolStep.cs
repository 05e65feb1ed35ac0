namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// Steps of the table's protocols that look as if one could leave them out. A design that leaves one out is wrong; such designs show that
/// the proofs notice. The question is a constant of the design, so nothing of it is left in compiled code.
/// </summary>
public enum ProtocolStep
{
    /// <summary>Confirm under the locks walks the chain of the REPLY tuple too.</summary>
    ScanReplyAtConfirm,

    /// <summary>C3: the second claim walks its chain again if the head has changed.</summary>
    RescanSecondClaim,

    /// <summary>CONFIRMED is stored after both nodes are linked.</summary>
    LinkBeforeConfirmed,

    /// <summary>Two bucket locks are taken in ascending order.</summary>
    LowerLockFirst,

    /// <summary>A lookup compares the generation before it believes a tuple.</summary>
    CheckGeneration,

    /// <summary>S5: the process-wide barrier before the epoch is raised.</summary>
    FenceBeforeEpoch,

    /// <summary>S9: the process-wide barrier before a resize waits for sections.</summary>
    FenceBeforeResize,

    /// <summary>K2: a node is marked before it is unlinked.</summary>
    MarkBeforeUnlink,

    /// <summary>A refused claim is withdrawn before its slot is freed.</summary>
    WithdrawBeforeFree,

    /// <summary>An entry is in the by-source chain of its own source.</summary>
    OwnSourceBucket,

    /// <summary>Tuples are claimed in the order of the tuples, not of their directions.</summary>
    ClaimInTupleOrder,

    /// <summary>K1: a dying entry is not found.</summary>
    HideDying,

    /// <summary>A probe does not find an entry whose confirm is undecided.</summary>
    ProbeConfirmed,

    /// <summary>R1 and R2: of two reserved entries that are each other's exact reverse, one waits for the other.</summary>
    AskReverse,

    /// <summary>Lock-free reservations: an entry that is refused by a reserved one does not wait for its owner's confirm.</summary>
    PassHolder,

    /// <summary>A slot is taken again after every CPU has left the section it was in.</summary>
    GracePeriod,
}
