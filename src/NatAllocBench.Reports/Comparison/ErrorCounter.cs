using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Comparison;

/// <summary>Counts what <c>compare</c> says about pairs of runs of the same code, and about the same pairs with a difference put into the second.</summary>
/// <param name="options">How it compares.</param>
/// <param name="injected">The relative difference, 0.1 for 10 %.</param>
public sealed class ErrorCounter(ComparisonOptions options, double injected)
{
    private readonly Dictionary<string, ErrorCount> _counts = [];

    /// <summary>The counts so far, by figure.</summary>
    public IReadOnlyList<ErrorCount> Counts => [.. _counts.Values];

    /// <summary>Adds a pair of races.</summary>
    /// <param name="first">The base.</param>
    /// <param name="second">A run of the same code.</param>
    /// <param name="seed">Decides which connections fail more in the injected difference.</param>
    public void Add(RunRecord<RaceCell> first, RunRecord<RaceCell> second, ulong seed)
    {
        CellComparison[] plain = [.. RunComparison.Compare(first, second, options).Cells];
        CellComparison[] slower = [.. RunComparison.Compare(first, second with { Cells = [.. second.Cells.Select(Slower)] }, options).Cells];
        var random = new Random(unchecked((int)seed));
        RaceCell[] worse = [.. second.Cells];
        for (int i = 0; i < worse.Length; i++)
        {
            worse[i] = Lossier(worse[i], random);
        }

        CellComparison[] lossier = [.. RunComparison.Compare(first, second with { Cells = worse }, options).Cells];
        Count("race speed", Speeds(plain), Speeds(slower));
        Count("race rate", Rates(plain), Rates(lossier));
    }

    /// <summary>Adds a pair of throughput runs.</summary>
    /// <param name="first">The base.</param>
    /// <param name="second">A run of the same code.</param>
    public void Add(RunRecord<ThroughputCell> first, RunRecord<ThroughputCell> second) => Count(
        "throughput speed",
        [.. RunComparison.Compare(first, second, options).Cells],
        [.. RunComparison.Compare(first, second with { Cells = [.. second.Cells.Select(Slower)] }, options).Cells]);

    private void Count(string figure, CellComparison[] plain, CellComparison[] injectedInto)
    {
        ErrorCount before = _counts.GetValueOrDefault(figure) ?? new ErrorCount(figure, 0, 0, 0, 0, 0, 0);
        _counts[figure] = before with
        {
            Pairs = before.Pairs + 1,
            Comparisons = before.Comparisons + plain.Length,
            NotJudged = before.NotJudged + plain.Count(IsNotJudged),
            FalseVerdicts = before.FalseVerdicts + plain.Count(c => c.Verdict is Verdict.Better or Verdict.Worse),
            Same = before.Same + plain.Count(c => c.Verdict is Verdict.Same),
            Found = before.Found + injectedInto.Count(c => c.Verdict is Verdict.Worse),
        };
    }

    // No interval, or a gate that took the verdict away.
    private static bool IsNotJudged(CellComparison comparison) =>
        comparison.Verdict == Verdict.Undecided && (comparison.Ratio?.Low is null || comparison.Remark is not null);

    private static CellComparison[] Speeds(CellComparison[] cells) => [.. cells.Where(c => c.Metric == CellComparer.Speed)];

    private static CellComparison[] Rates(CellComparison[] cells) => [.. cells.Where(c => c.Metric == CellComparer.Rate)];

    private RaceCell Slower(RaceCell cell) => cell.PerTrial?.ConnectionsPerSecond is null ? cell : (cell with
    {
        PerTrial = cell.PerTrial with { ConnectionsPerSecond = Slower(cell.PerTrial.ConnectionsPerSecond) },
    }).Summarised();

    private ThroughputCell Slower(ThroughputCell cell) => cell.PerRound is null ? cell : (cell with
    {
        PerRound = cell.PerRound with { ConnectionsPerSecond = Slower(cell.PerRound.ConnectionsPerSecond) },
    }).Summarised();

    private double[] Slower(IReadOnlyList<double> speeds) => [.. speeds.Select(speed => speed / (1 + injected))];

    // Every failure is drawn once more with the injected share as its chance: the rate rises by it, and the trials keep their own scatter.
    private RaceCell Lossier(RaceCell cell, Random random)
    {
        if (cell.PerTrial is not { } trials)
        {
            return cell;
        }

        long[] failed = [.. trials.InsertFailed];
        for (int i = 0; i < failed.Length; i++)
        {
            for (long failure = trials.InsertFailed[i]; failure > 0; failure--)
            {
                bool more = random.NextDouble() < injected;
                failed[i] = Math.Min(trials.Attempts[i], failed[i] + (more ? 1 : 0));
            }
        }

        RaceTrials worse = trials with { InsertFailed = failed, FailedKeepPort = null, FailedSearch = null, FailedExhausted = null, FailedChain = null };
        return (cell with { PerTrial = worse }).Summarised();
    }
}
