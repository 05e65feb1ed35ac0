using System.Runtime.InteropServices;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Racing.Counts;

/// <summary>What one worker counted in one trial; padded, so that neighbours in an array share no cache line.</summary>
[StructLayout(LayoutKind.Sequential, Size = 2 * CacheLine.Size)]
internal struct WorkerTally
{
    /// <summary>Connections that were allocated and brought to confirm.</summary>
    public long Attempts;

    /// <summary>Connections that are in the table.</summary>
    public long Confirmed;

    /// <summary>Lost after keeping the client's own port (or the mapping of its socket): the keep-port race.</summary>
    public long FailedKeepPort;

    /// <summary>Lost after a search that had found the port free: the search race.</summary>
    public long FailedSearch;

    /// <summary>Lost with a port that was known to be in use, or handed out unchecked at the end of a search.</summary>
    public long FailedExhausted;

    /// <summary>Refused because a chain was too long.</summary>
    public long FailedChain;

    /// <summary>Connections not tried because the client's chosen port was still tracked, or it found none.</summary>
    public long Skipped;

    /// <summary>First tick of the worker's trial.</summary>
    public ulong StartTick;

    /// <summary>Last tick of the worker's trial.</summary>
    public ulong EndTick;

    /// <summary>Failed insertions of all causes.</summary>
    public readonly long InsertFailed => FailedKeepPort + FailedSearch + FailedExhausted + FailedChain;

    /// <summary>Failed insertions of one cause.</summary>
    public readonly long Failed(FailureCause cause) => cause switch
    {
        FailureCause.KeepPort => FailedKeepPort,
        FailureCause.Search => FailedSearch,
        FailureCause.Exhausted => FailedExhausted,
        _ => FailedChain,
    };

    /// <summary>The counts of both; the interval that spans both.</summary>
    /// <param name="other">Another tally.</param>
    public readonly WorkerTally Plus(in WorkerTally other)
    {
        WorkerTally sum = Combine(in other, 1);
        sum.StartTick = Math.Min(StartTick, other.StartTick);
        sum.EndTick = Math.Max(EndTick, other.EndTick);
        return sum;
    }

    /// <summary>The counts without those of a part; the interval stays.</summary>
    /// <param name="part">A tally of some of the same connections.</param>
    public readonly WorkerTally Without(in WorkerTally part) => Combine(in part, -1);

    private readonly WorkerTally Combine(in WorkerTally other, int sign)
    {
        WorkerTally sum = this;
        sum.Attempts += sign * other.Attempts;
        sum.Confirmed += sign * other.Confirmed;
        sum.FailedKeepPort += sign * other.FailedKeepPort;
        sum.FailedSearch += sign * other.FailedSearch;
        sum.FailedExhausted += sign * other.FailedExhausted;
        sum.FailedChain += sign * other.FailedChain;
        sum.Skipped += sign * other.Skipped;
        return sum;
    }

    /// <summary>
    /// Counts the end of a connection. A lost race is named after how the loser came by its port, whatever the winner did.
    /// </summary>
    /// <param name="choice">How the port was chosen.</param>
    /// <param name="result">What confirm said.</param>
    /// <returns>Whether the connection failed.</returns>
    public bool Count(PortChoice choice, ConfirmResult result)
    {
        Attempts++;
        switch (result)
        {
            case ConfirmResult.Clash when choice == PortChoice.Searched:
                FailedSearch++;
                return true;
            case ConfirmResult.Clash when choice is PortChoice.Exhausted or PortChoice.KeptUnchecked:
                FailedExhausted++;
                return true;
            case ConfirmResult.Clash:
                FailedKeepPort++;
                return true;
            case ConfirmResult.ChainTooLong:
                FailedChain++;
                return true;
            default:
                Confirmed++;
                return false;
        }
    }
}
