using System.Globalization;
using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Stress;

/// <summary>What came of a cell of a soak.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Tally">All workers together.</param>
/// <param name="Exhausted">Refused connections whose search had found no free port.</param>
/// <param name="Elapsed">Time.</param>
internal sealed record SoakReport(SoakCell Cell, StressTally Tally, long Exhausted, TimeSpan Elapsed)
{
    /// <summary>Connections that were brought to confirm.</summary>
    public long Raced => Tally.Created;

    /// <summary>Connections that confirm refused although a free port had been found.</summary>
    public long Lost => Tally.Confirms(ConfirmResult.Clash) + Tally.Confirms(ConfirmResult.ChainTooLong) - Exhausted;

    /// <summary>Compares the answers with the table and its counters.</summary>
    /// <param name="insertFailed"><c>insert_failed</c> of all CPUs.</param>
    /// <param name="entries">Entries found by a walk.</param>
    /// <exception cref="StressFailureException">They differ.</exception>
    public void Check(long insertFailed, long entries)
    {
        if (insertFailed != Lost + Exhausted)
        {
            throw new StressFailureException(
                $"{Cell.Design}: insert_failed is {insertFailed}, but {Lost + Exhausted} connections were refused");
        }

        if (entries != Tally.Inserted - Tally.Removed || Raced != Tally.Inserted + insertFailed)
        {
            throw new StressFailureException(
                $"{Cell.Design}: {Raced} raced, {Tally.Inserted} inserted, {insertFailed} refused, {Tally.Removed} removed, but {entries} "
                    + $"entries are there");
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Cell.Design,-18} {Cell.Era.Name,-5} {Cell.Mode.Name,-17} {Cell.Arrival.Name,-9} {Raced,14:N0} raced, {Lost,10:N0} lost after "
        + $"their port was chosen, {Exhausted:N0} exhausted, {Elapsed.TotalSeconds,7:0.00} s, {Raced / Elapsed.TotalSeconds / 1e6:0.00} "
        + $"M/s");
}
