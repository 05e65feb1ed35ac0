using NatAllocBench.Results.Model;

namespace NatAllocBench.Results.Validation;

/// <summary>The checks of one race cell.</summary>
internal static class RaceCellCheck
{
    public static void Check(string place, RaceCell cell, Problems problems)
    {
        CheckWorkload(place, cell, problems);
        CheckDropped(place, cell.Dropped, problems);
        if (cell.Missing is not null)
        {
            bool empty = cell is { Trials: null, Attempts: null, Confirmed: null, InsertFailed: null, Rate: null, PerTrial: null };
            problems.Unless(cell.Missing.Trim().Length > 0, place, "missing must give a reason");
            problems.Unless(empty, place, "a missing cell cannot hold a measurement");
            return;
        }

        problems.InRange(place, "predictedRate", cell.PredictedRate, 0, 1);
        problems.NotNegative(place, "pingPongNs", cell.PingPongNs);
        problems.NotNegative(place, "referenceNs", cell.ReferenceNs);
        problems.NotNegative(place, "lockWaitNs", cell.LockWaitNs);
        problems.InRange(place, "neighboursOverdispersion", cell.NeighboursOverdispersion, 1, double.MaxValue);
        if (cell.NeighboursOverdispersion is < 1)
        {
            return;
        }

        CheckCounts(place, cell, problems);
        CheckRate(place, cell, problems);
        CheckTimes(place, cell, problems);
        if (cell.Counters is { } counters)
        {
            CheckCounters(place, cell, counters, problems);
        }

        problems.Unless(cell.PerTrial is not null, place, "perTrial is missing: nobody can recompute the figures");
        if (cell.PerTrial is { } trials)
        {
            CheckTrials(place, cell, trials, problems);
        }
    }

    private static void CheckWorkload(string place, RaceCell cell, Problems problems)
    {
        problems.InRange<int>(place, "cpus", cell.Cpus, 1, 1 << 16);
        problems.InRange<int>(place, "clients", cell.Clients, 1, int.MaxValue);
        problems.InRange<int>(place, "destinations", cell.Destinations, 1, int.MaxValue);
        problems.InRange(place, "threads", cell.Threads, 1, int.MaxValue);
        problems.InRange(place, "pool", cell.Pool, 1, int.MaxValue);
        problems.InRange(place, "portMin", cell.PortMin, 0, 65535);
        problems.InRange(place, "portMax", cell.PortMax, cell.PortMin ?? 0, 65535);
        problems.InRange(place, "occupancy", cell.Occupancy, 0, 1);
        problems.NotNegative(place, "windowAddedNs", cell.WindowAddedNs);
        problems.NotNegative(place, "pathTimeNs", cell.PathTimeNs);
    }

    private static void CheckDropped(string place, DroppedTrials? dropped, Problems problems)
    {
        if (dropped is null)
        {
            return;
        }

        place += ".dropped";
        int trials = dropped.NotTogether + dropped.OtherPlacement;
        problems.InRange<int>(place, "notTogether plus otherPlacement", trials, 1, int.MaxValue);
        problems.Unless(
            dropped.Attempts.Count == trials && dropped.InsertFailed.Count == trials, place,
            $"attempts and insertFailed need {trials} values");
        CheckOverlap(place, dropped.Overlap, trials, problems);
    }

    private static void CheckOverlap(string place, TrialOverlaps overlap, int trials, Problems problems)
    {
        place += ".overlap";
        foreach ((string name, int? count) in overlap.Lengths())
        {
            problems.Unless(count is null || count == trials, place, $"{name} has {count} values for {trials} trials");
        }

        IEnumerable<double> shares = [.. overlap.Share, .. overlap.SpeedRatio ?? [], .. overlap.StolenShare ?? []];
        problems.Unless(shares.All(share => share is >= 0 and <= 1), place, "share, speedRatio and stolenShare must be from 0 to 1");
        problems.Unless(
            overlap.LateNs
                .Concat(overlap.LongestGapNs)
                .Concat(overlap.PingPongNs ?? [])
                .Concat(overlap.ReferenceNs ?? [])
                .All(ns => ns >= 0), place, "a time is negative");
        CheckLeftOut(place, overlap, problems);
    }

    private static void CheckLeftOut(string place, TrialOverlaps overlap, Problems problems)
    {
        problems.Unless(
            overlap.LeftOutAttempts is null == overlap.LeftOutInsertFailed is null, place,
            "leftOutAttempts and leftOutInsertFailed need one another");
        if (overlap is not { LeftOutAttempts: { } attempts, LeftOutInsertFailed: { } failed })
        {
            return;
        }

        problems.Unless(
            attempts.Zip(failed).All(trial => trial.Second >= 0 && trial.First >= trial.Second), place,
            "leftOutInsertFailed must be from 0 to leftOutAttempts");
        problems.Unless(
            overlap.DroppedRounds is not { } dropped || dropped.Zip(attempts).All(trial => trial.First > 0 || trial.Second == 0), place,
            "leftOutAttempts must be 0 where no round was dropped");
    }

    private static void CheckCounts(string place, RaceCell cell, Problems problems)
    {
        bool isComplete = cell is { Trials: not null, Attempts: not null, Confirmed: not null, InsertFailed: not null }
            && cell is { Rate: not null, RateLow: not null, RateHigh: not null };
        problems.Unless(
            isComplete,
            place,
            "trials, attempts, confirmed, insertFailed, rate, rateLow and rateHigh must be there, or missing must say why not");
        problems.InRange(place, "trials", cell.Trials, 1, int.MaxValue);
        problems.InRange(place, "attempts", cell.Attempts, 1, long.MaxValue);
        problems.NotNegative(place, "confirmed", cell.Confirmed);
        problems.NotNegative(place, "insertFailed", cell.InsertFailed);
        problems.Unless(
            cell.Attempts == cell.Confirmed + cell.InsertFailed, place,
            $"attempts {cell.Attempts} is not confirmed {cell.Confirmed} plus insertFailed {cell.InsertFailed}");
        long?[] parts = [cell.FailedKeepPort, cell.FailedSearch, cell.FailedExhausted, cell.FailedChain];
        foreach (long? part in parts)
        {
            problems.NotNegative(place, "a part of insertFailed", part);
        }

        problems.NotNegative(place, "clashResolved", cell.ClashResolved);
        long? sum = parts.Aggregate((long?)0, (a, b) => a + b);
        problems.Unless(
            sum is null || sum == cell.InsertFailed, place, $"the failed parts add up to {sum}, not to insertFailed {cell.InsertFailed}");
        long? byClient = cell.FailedByClient?.Sum();
        problems.Unless(
            byClient is null || byClient == cell.InsertFailed,
            place,
            $"failedByClient adds up to {byClient}, not to insertFailed {cell.InsertFailed}");
    }

    private static void CheckRate(string place, RaceCell cell, Problems problems)
    {
        problems.InRange(place, "rateLow", cell.RateLow, 0, 1);
        problems.InRange(place, "rateHigh", cell.RateHigh, 0, 1);
        problems.Ordered(place, "rateLow, rate and rateHigh", cell.RateLow, cell.Rate, cell.RateHigh);
        if (cell is { Attempts: > 0 and { } attempts, InsertFailed: { } failed })
        {
            problems.Same(place, "rate", cell.Rate, (double)failed / attempts, "insertFailed / attempts");
        }

        problems.NotNegative<double>(place, "churnPerSecond", cell.ChurnPerSecond);
        problems.NotNegative<double>(place, "steadyEntries", cell.SteadyEntries);
        problems.NotNegative<double>(place, "steadyEntriesPredicted", cell.SteadyEntriesPredicted);
        CheckHistogram(place, cell.WindowHistogram, problems);
        CheckCurve(place, "windowCurve", cell.WindowCurve, problems);
        CheckCurve(place, "pairDistanceCurve", cell.PairDistanceCurve, problems);
        foreach (DelayedShare delayed in cell.Delayed ?? [])
        {
            problems.InRange<double>(place, "delayed.seconds", delayed.Seconds, 0, 1e6);
            problems.InRange<double>(place, "delayed.share", delayed.Share, 0, 1);
            problems.InRange<double>(place, "delayed.high", delayed.High, 0, 1);
            problems.Ordered(place, "delayed.low, share and high", delayed.Low, delayed.Share, delayed.High);
        }
    }

    private static void CheckCurve(string place, string name, IReadOnlyList<PercentilePoint>? curve, Problems problems)
    {
        foreach (PercentilePoint point in curve ?? [])
        {
            problems.InRange<double>(place, $"{name}.percentile", point.Percentile, 0, 100);
            problems.NotNegative<double>(place, $"{name}.ns", point.Ns);
        }

        problems.Unless(
            curve is null
                || curve.Zip(curve.Skip(1)).All(pair => pair.First.Percentile < pair.Second.Percentile && pair.First.Ns <= pair.Second.Ns),
            place,
            $"{name} does not rise");
    }

    private static void CheckHistogram(string place, TimeHistogram? histogram, Problems problems)
    {
        if (histogram is not var (bounds, counts))
        {
            return;
        }

        problems.Unless(
            bounds.Count > 1 && bounds[0] >= 0 && bounds[^1] > bounds[0]
                && bounds.SequenceEqual(TimeHistogram.BoundsBetween(bounds[0], bounds[^1]))
            && counts.Count == bounds.Count - 1,
            place,
            "windowHistogram needs the bounds of its classes, one more than counts");
        problems.Unless(
            counts.All(count => count >= 0) && counts.Any(count => count > 0), place,
            "windowHistogram counts nothing, or less than nothing");
    }

    private static void CheckCounters(string place, RaceCell cell, IReadOnlyList<CpuCounters> counters, Problems problems)
    {
        foreach ((string name, long value) in counters.SelectMany(cpu => cpu.Named()))
        {
            problems.NotNegative<long>(place, $"counters.{name}", value);
        }

        long? failed = counters.Aggregate((long?)0, (sum, cpu) => sum + cpu.InsertFailed);
        problems.Unless(
            failed is null || failed == cell.InsertFailed,
            place,
            $"insert_failed of the counters adds up to {failed}, not to insertFailed {cell.InsertFailed}");
    }

    private static void CheckTimes(string place, RaceCell cell, Problems problems)
    {
        (string Name, double? Value)[] values =
        [
            ("connectionsPerSecond", cell.ConnectionsPerSecond), ("probesPerConnection", cell.ProbesPerConnection),
            ("foundPerConnection", cell.FoundPerConnection), ("windowP50Ns", cell.WindowP50Ns),
            ("pairDistanceP50Ns", cell.PairDistanceP50Ns), ("connectP50Ns", cell.ConnectP50Ns),
        ];
        foreach ((string name, double? value) in values)
        {
            problems.NotNegative(place, name, value);
        }

        problems.Ordered(
            place, "connectionsPerSecondLow, connectionsPerSecond and connectionsPerSecondHigh",
            cell.ConnectionsPerSecondLow, cell.ConnectionsPerSecond, cell.ConnectionsPerSecondHigh);
        problems.Ordered(place, "windowP50Ns and windowP99Ns", cell.WindowP50Ns, cell.WindowP99Ns);
        problems.Ordered(place, "connectP50Ns and connectP99Ns", cell.ConnectP50Ns, cell.ConnectP99Ns);
        problems.Ordered(place, "pairDistanceP50Ns and pairDistanceP99Ns", cell.PairDistanceP50Ns, cell.PairDistanceP99Ns);
    }

    private static void CheckTrials(string place, RaceCell cell, RaceTrials trials, Problems problems)
    {
        place += ".perTrial";
        (string Name, int? Count)[] lengths =
        [
            ("attempts", trials.Attempts.Count), ("insertFailed", trials.InsertFailed.Count),
            ("failedKeepPort", trials.FailedKeepPort?.Count),
            ("failedSearch", trials.FailedSearch?.Count), ("failedExhausted", trials.FailedExhausted?.Count),
            ("failedChain", trials.FailedChain?.Count), ("connectionsPerSecond", trials.ConnectionsPerSecond?.Count),
            ("slowestWorkerConnectionsPerSecond", trials.SlowestWorkerConnectionsPerSecond?.Count),
            ("fastestWorkerConnectionsPerSecond", trials.FastestWorkerConnectionsPerSecond?.Count),
            ("probes", trials.Probes?.Count), ("found", trials.Found?.Count), ("seeds", trials.Seeds?.Count),
            ("process", trials.Process?.Count), ("lockWaitNs", trials.LockWaitNs?.Count),
        ];
        (string Name, int? Count)[] wrong = [.. lengths.Where(l => l.Count is { } n && n != cell.Trials)];
        if (wrong.Length > 0)
        {
            problems.Add(place, $"{wrong[0].Name} has {wrong[0].Count} values for {cell.Trials} trials");
            return;
        }

        if (trials.Process is { } process && !ProcessLevel.IsSound(process, trials.Attempts.Count))
        {
            problems.Add(place, "process needs a number for every trial, from 0 without gaps");
            return;
        }

        if (trials.Overlap is { } overlap)
        {
            CheckOverlap(place, overlap, cell.Trials ?? 0, problems);
        }

        RaceCell expected;
        try
        {
            expected = cell.Summarised();
        }
        catch (ArgumentException e)
        {
            problems.Add(place, e.Message);
            return;
        }

        const string Source = "perTrial";
        problems.Same(place, "attempts", cell.Attempts, expected.Attempts, Source);
        problems.Same(place, "insertFailed", cell.InsertFailed, expected.InsertFailed, Source);
        problems.Same(place, "failedKeepPort", cell.FailedKeepPort, expected.FailedKeepPort, Source);
        problems.Same(place, "failedSearch", cell.FailedSearch, expected.FailedSearch, Source);
        problems.Same(place, "failedExhausted", cell.FailedExhausted, expected.FailedExhausted, Source);
        problems.Same(place, "failedChain", cell.FailedChain, expected.FailedChain, Source);
        problems.Same(place, "rateLow", cell.RateLow, expected.RateLow, Source);
        problems.Same(place, "rateHigh", cell.RateHigh, expected.RateHigh, Source);
        problems.Unless(
            cell.RateMethod == expected.RateMethod, place, $"rateMethod is \"{cell.RateMethod}\", but \"{expected.RateMethod}\" applies");
        problems.Same(place, "connectionsPerSecond", cell.ConnectionsPerSecond, expected.ConnectionsPerSecond, Source);
        problems.Same(place, "connectionsPerSecondLow", cell.ConnectionsPerSecondLow, expected.ConnectionsPerSecondLow, Source);
        problems.Same(place, "connectionsPerSecondHigh", cell.ConnectionsPerSecondHigh, expected.ConnectionsPerSecondHigh, Source);
        problems.Same(place, "probesPerConnection", cell.ProbesPerConnection, expected.ProbesPerConnection, Source);
        problems.Same(place, "foundPerConnection", cell.FoundPerConnection, expected.FoundPerConnection, Source);
    }
}
