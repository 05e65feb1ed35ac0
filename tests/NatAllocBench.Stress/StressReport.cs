using System.Globalization;
using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Stress;

/// <summary>What came of one table.</summary>
/// <param name="Name">Design, era and family.</param>
/// <param name="Rounds">Rounds that were worked and proven.</param>
/// <param name="Elapsed">Time until the end or the failure.</param>
/// <param name="Tally">All workers and rounds together.</param>
/// <param name="Resizes">Resizes under load.</param>
/// <param name="Expired">Entries reclaimed after expiry.</param>
/// <param name="Evicted">Entries evicted by port searches.</param>
/// <param name="Failure">What is wrong with the table, or null.</param>
internal sealed record StressReport(
    string Name, int Rounds, TimeSpan Elapsed, StressTally Tally, long Resizes, ulong Expired, ulong Evicted, string? Failure)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name,-24} {(Failure is null ? "ok" : "WRONG")} after {Elapsed.TotalSeconds:0.00} s, {Rounds} rounds: {Confirms()}, ")
        + string.Create(
            CultureInfo.InvariantCulture,
            $"{Tally.Removed} killed, {Expired} expired, {Evicted} evicted, {Tally.Dropped} not admitted, {Tally.Lookups} lookups, ")
        + $"{Resizes} resizes{(Failure is null ? "" : $"{Environment.NewLine}  {Failure}")}";

    private string Confirms() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Tally.Created} created, {Tally.Inserted} inserted ({Tally.Confirms(ConfirmResult.InsertedReplyOnly)} reply-only), ")
        + $"{Tally.Confirms(ConfirmResult.Clash)} clashes, {Tally.Confirms(ConfirmResult.Merged)} merged, "
        + $"{Tally.Confirms(ConfirmResult.ChainTooLong)} chains too long";
}
