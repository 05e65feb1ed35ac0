using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Racing.Counts;

/// <summary>Why an insertion failed, as the race counts it: a lost race is named after how the loser came by its port.</summary>
public enum FailureCause
{
    /// <summary>The loser kept its own port, or the mapping of its socket.</summary>
    KeepPort,

    /// <summary>The loser's search had found the port free.</summary>
    Search,

    /// <summary>The port was known to be in use, or handed out unchecked.</summary>
    Exhausted,

    /// <summary>A chain was too long.</summary>
    Chain,
}

/// <summary>Derives and names causes.</summary>
public static class FailureCauses
{
    /// <summary>The cause of a failure, as <c>WorkerTally.Count</c> books it.</summary>
    /// <param name="choice">How the loser came by its port.</param>
    /// <param name="result">What confirm said: a clash or a chain that was too long.</param>
    public static FailureCause Of(PortChoice choice, ConfirmResult result) => (result, choice) switch
    {
        (ConfirmResult.ChainTooLong, _) => FailureCause.Chain,
        (_, PortChoice.Searched) => FailureCause.Search,
        (_, PortChoice.Exhausted or PortChoice.KeptUnchecked) => FailureCause.Exhausted,
        _ => FailureCause.KeepPort,
    };

    /// <summary>Name in reports and metrics: keep-port, search, exhausted, chain.</summary>
    public static string Name(this FailureCause cause) => cause switch
    {
        FailureCause.KeepPort => "keep-port",
        FailureCause.Search => "search",
        FailureCause.Exhausted => "exhausted",
        _ => "chain",
    };
}
