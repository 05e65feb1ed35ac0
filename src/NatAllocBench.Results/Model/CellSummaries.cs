using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Results.Model;

/// <summary>Computes a cell's figures from its raw values, so that the two agree by construction.</summary>
public static class CellSummaries
{
    /// <summary>
    /// Fills trials, counts, the rate with its interval and the connections per second from <see cref="RaceCell.PerTrial"/>.
    /// </summary>
    /// <param name="cell">A cell with raw values and at least one attempt.</param>
    /// <returns>The cell with its figures; those that the raw values do not tell are kept.</returns>
    /// <exception cref="ArgumentException">There are no raw values, or they are impossible.</exception>
    public static RaceCell Summarised(this RaceCell cell)
    {
        RaceTrials trials = cell.PerTrial ?? throw new ArgumentException("a cell without raw values cannot be summarised", nameof(cell));
        RateEstimate estimate = FailureRate.Estimate(
            trials.Attempts, trials.InsertFailed, knownOverdispersion: cell.NeighboursOverdispersion ?? 1, process: trials.Process);
        QuantileEstimate? speed = Median(trials.ProcessMedians() ?? trials.ConnectionsPerSecond);
        return cell with
        {
            Trials = trials.Attempts.Count,
            Attempts = estimate.Attempts,
            Confirmed = estimate.Attempts - estimate.Failures,
            InsertFailed = estimate.Failures,
            FailedKeepPort = trials.FailedKeepPort?.Sum() ?? cell.FailedKeepPort,
            FailedSearch = trials.FailedSearch?.Sum() ?? cell.FailedSearch,
            FailedExhausted = trials.FailedExhausted?.Sum() ?? cell.FailedExhausted,
            FailedChain = trials.FailedChain?.Sum() ?? cell.FailedChain,
            Rate = estimate.Rate,
            RateLow = estimate.Low,
            RateHigh = estimate.High,
            RateMethod = estimate.Method,
            ConnectionsPerSecond = speed?.Value ?? cell.ConnectionsPerSecond,
            ConnectionsPerSecondLow = speed is null ? cell.ConnectionsPerSecondLow : speed.Low,
            ConnectionsPerSecondHigh = speed is null ? cell.ConnectionsPerSecondHigh : speed.High,
            SlowestWorkerConnectionsPerSecond =
                Median(trials.SlowestWorkerConnectionsPerSecond)?.Value ?? cell.SlowestWorkerConnectionsPerSecond,
            FastestWorkerConnectionsPerSecond =
                Median(trials.FastestWorkerConnectionsPerSecond)?.Value ?? cell.FastestWorkerConnectionsPerSecond,
            PingPongNs = Median(trials.Overlap?.PingPongNs)?.Value ?? cell.PingPongNs,
            ReferenceNs = Median(trials.Overlap?.ReferenceNs)?.Value ?? cell.ReferenceNs,
            ProbesPerConnection = trials.Probes is { } probes ? (double)probes.Sum() / estimate.Attempts : cell.ProbesPerConnection,
            LockWaitNs = trials.LockWaitNs is { } waits ? waits.Sum() / estimate.Attempts : cell.LockWaitNs,
            FoundPerConnection = trials.Found is { } found ? (double)found.Sum() / estimate.Attempts : cell.FoundPerConnection,
        };
    }

    /// <summary>Fills speed, interval, best round, tear-down, expiry and ping-pong from <see cref="ThroughputCell.PerRound"/>.</summary>
    /// <param name="cell">A cell with raw values of at least one round.</param>
    /// <returns>The cell with its figures; those that the raw values do not tell are kept.</returns>
    /// <exception cref="ArgumentException">There are no raw values.</exception>
    public static ThroughputCell Summarised(this ThroughputCell cell)
    {
        ThroughputRounds rounds = cell.PerRound
            ?? throw new ArgumentException("a cell without raw values cannot be summarised", nameof(cell));
        QuantileEstimate speed = SampleStatistics.Instance.Median(rounds.ProcessMedians() ?? rounds.ConnectionsPerSecond);
        return cell with
        {
            ConnectionsPerSecond = speed.Value,
            ConnectionsPerSecondLow = speed.Low,
            ConnectionsPerSecondHigh = speed.High,
            Best = rounds.ConnectionsPerSecond.Max(),
            TearDownPerSecond = Median(rounds.TearDownPerSecond)?.Value ?? cell.TearDownPerSecond,
            ExpiredPerSecond = Median(rounds.ExpiredPerSecond)?.Value ?? cell.ExpiredPerSecond,
            PingPongNs = Median(rounds.PingPongNs)?.Value ?? cell.PingPongNs,
            ReferenceNs = Median(rounds.ReferenceNs)?.Value ?? cell.ReferenceNs,
        };
    }

    private static QuantileEstimate? Median(IReadOnlyList<double>? values) =>
        values is { Count: > 0 } ? SampleStatistics.Instance.Median(values) : null;
}
