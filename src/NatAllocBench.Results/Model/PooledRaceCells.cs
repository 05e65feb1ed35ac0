using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Results.Model;

/// <summary>Race cells of several processes as one: the trials of all of them, each with its process.</summary>
internal static class PooledRaceCells
{
    /// <summary>
    /// Processes that must be left of a cell that was disturbed in others: fewer do not show what differs between processes.
    /// </summary>
    private const int LeastProcesses = 3;

    /// <summary>Pools the cells of processes that raced one plan.</summary>
    /// <param name="processes">The cells of each process; one that was cut short may lack some.</param>
    /// <returns>A cell for every workload. Trials of processes that were placed otherwise than most are counted as dropped.</returns>
    public static IReadOnlyList<RaceCell> Of(IReadOnlyList<IReadOnlyList<RaceCell>> processes)
    {
        // Cells on as many CPUs ran on the same ones.
        Dictionary<int, PlacementClass> placements = processes
            .SelectMany(cells => cells)
            .Where(c => c.PingPongNs is > 0)
            .GroupBy(c => c.Cpus)
            .ToDictionary(g => g.Key, g => PlacementClass.MostCommon([.. g.Select(c => c.PingPongNs!.Value)]));
        return Neighbours.Applied(
        [
            .. processes.SelectMany(cells => cells).GroupBy(Workload.Of).Select(group => Pooled(
                [.. group], placements.TryGetValue(group.First().Cpus, out PlacementClass placement) ? placement : null)),
        ]);
    }

    private static RaceCell Pooled(RaceCell[] all, PlacementClass? placement)
    {
        RaceCell[] measured = [.. all.Where(c => c.PerTrial is not null)];
        RaceCell[] alike =
            [.. measured.Where(c => placement is not { } common || c.PingPongNs is not > 0 || common.Contains(c.PingPongNs.Value))];
        DroppedTrials? dropped = DroppedTrials.Join(
            [
                .. all.Select(c => c.Dropped).OfType<DroppedTrials>(),
                .. measured.Except(alike).Select(OtherPlacement).OfType<DroppedTrials>(),
            ]);
        if (all.Length > 1 && alike.Length < LeastProcesses && all.Any(c => c.IsDisturbed))
        {
            string together = FormattableString.Invariant($"the workers ran together in {alike.Length} of {all.Length} processes only");
            string worst = dropped is null ? "" : $" ({dropped.Overlap.Worst()})";
            return Unmeasured(all[0], $"{RaceCell.DisturbedWord}: {together}{worst}") with { Dropped = dropped };
        }

        if (alike.Length == 0)
        {
            return all[0] is { Missing: not null } missing
                ? missing with { Dropped = dropped }
                : Unmeasured(all[0], "no process ran while the CPUs were placed as in most") with { Dropped = dropped };
        }

        RaceTrials trials = RaceTrials.Join([.. alike.Select(c => c.PerTrial!)]);
        IReadOnlyList<PercentilePoint>? window = PooledCurve.Of(
            [.. alike.Select(c => c.WindowCurve).OfType<IReadOnlyList<PercentilePoint>>()]);
        IReadOnlyList<PercentilePoint>? distance = PooledCurve.Of(
            [.. alike.Select(c => c.PairDistanceCurve).OfType<IReadOnlyList<PercentilePoint>>()]);
        return (alike[0] with
        {
            SteadyEntries = alike.Average(c => c.SteadyEntries),
            PredictedRate = alike.Average(c => c.PredictedRate),
            ClashResolved = alike.Aggregate((long?)0, (sum, c) => sum + c.ClashResolved),
            WindowP50Ns = PooledCurve.At(window, 50) ?? alike.Average(c => c.WindowP50Ns),
            WindowP99Ns = PooledCurve.At(window, 99) ?? alike.Average(c => c.WindowP99Ns),
            PairDistanceP50Ns = PooledCurve.At(distance, 50) ?? alike.Average(c => c.PairDistanceP50Ns),
            PairDistanceP99Ns = PooledCurve.At(distance, 99) ?? alike.Average(c => c.PairDistanceP99Ns),
            WindowCurve = window,
            PairDistanceCurve = distance,
            WindowHistogram = TimeHistogram.Sum(alike.Select(c => c.WindowHistogram).OfType<TimeHistogram>()),
            Counters = RaceTrials.Join(alike, c => c.Counters) is null ? null : [.. alike.Select(c => c.Counters!).Aggregate(Plus)],
            FailedByClient = RaceTrials.Join(alike, c => c.FailedByClient) is null
                ? null : [.. alike.Select(c => c.FailedByClient!).Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)])],
            Delayed = Delays(alike),
            Dropped = dropped,
            PerTrial = alike.Length > 1 ? trials : alike[0].PerTrial,
        }).Summarised();
    }

    private static IReadOnlyList<CpuCounters> Plus(IReadOnlyList<CpuCounters> one, IReadOnlyList<CpuCounters> other) =>
        [.. one.Zip(other, (a, b) => a.Plus(b))];

    private static List<DelayedShare>? Delays(RaceCell[] cells)
    {
        if (cells.Any(c => c.Delayed is null))
        {
            return null;
        }

        List<DelayedShare> shares = [];
        foreach (double seconds in cells[0].Delayed!.Select(d => d.Seconds))
        {
            DelayedShare[] each = [.. cells.Select(c => c.Delayed!.First(d => d.Seconds == seconds))];
            if (each.Length == 1)
            {
                shares.Add(each[0]);
                continue;
            }

            // A share is a count over the attempts; rounding brings the count back.
            RateEstimate pooled = FailureRate.Estimate(
                [.. cells.Select(c => c.Attempts!.Value)], [.. cells.Zip(each, (c, d) => (long)Math.Round(d.Share * c.Attempts!.Value))]);
            shares.Add(new DelayedShare(seconds, pooled.Rate, pooled.Low, pooled.High));
        }

        return shares;
    }

    private static DroppedTrials? OtherPlacement(RaceCell cell) => cell.PerTrial is { Overlap: { } overlap } trials
        ? new DroppedTrials
        {
            NotTogether = 0,
            OtherPlacement = trials.Attempts.Count,
            Attempts = trials.Attempts,
            InsertFailed = trials.InsertFailed,
            Overlap = overlap,
        }
        : null;

    private static RaceCell Unmeasured(RaceCell cell, string reason) => new()
    {
        Preset = cell.Preset,
        Series = cell.Series,
        System = cell.System,
        Era = cell.Era,
        Mode = cell.Mode,
        Protocol = cell.Protocol,
        Cpus = cell.Cpus,
        Clients = cell.Clients,
        Threads = cell.Threads,
        Destinations = cell.Destinations,
        Pool = cell.Pool,
        PortMin = cell.PortMin,
        PortMax = cell.PortMax,
        Occupancy = cell.Occupancy,
        WindowAddedNs = cell.WindowAddedNs,
        PathTimeNs = cell.PathTimeNs,
        Fill = cell.Fill,
        ChurnPerSecond = cell.ChurnPerSecond,
        Arrival = cell.Arrival,
        SourcePorts = cell.SourcePorts,
        Missing = reason,
    };
}
