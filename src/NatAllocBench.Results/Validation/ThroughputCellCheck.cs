using NatAllocBench.Results.Model;

namespace NatAllocBench.Results.Validation;

/// <summary>The checks of one throughput cell.</summary>
internal static class ThroughputCellCheck
{
    public static void Check(string place, ThroughputCell cell, Problems problems)
    {
        problems.InRange<int>(place, "threads", cell.Threads, 1, 1 << 16);
        problems.InRange<long>(place, "connections", cell.Connections, 1, long.MaxValue);
        problems.InRange<int>(place, "destinations", cell.Destinations, 1, int.MaxValue);
        if (cell.Missing is not null)
        {
            problems.Unless(cell.Missing.Trim().Length > 0, place, "missing must give a reason");
            problems.Unless(cell is { ConnectionsPerSecond: null, PerRound: null }, place, "a missing cell cannot hold a measurement");
            return;
        }

        problems.Unless(cell.ConnectionsPerSecond is not null, place, "connectionsPerSecond must be there, or missing must say why not");
        problems.InRange(place, "connectionsPerSecond", cell.ConnectionsPerSecond, 0, double.MaxValue);
        problems.Ordered(
            place, "connectionsPerSecondLow, connectionsPerSecond, connectionsPerSecondHigh and best",
            cell.ConnectionsPerSecondLow, cell.ConnectionsPerSecond, cell.ConnectionsPerSecondHigh, cell.Best);
        problems.NotNegative(place, "bytesPerConnection", cell.BytesPerConnection);
        problems.NotNegative(place, "allocatedBytesPerConnection", cell.AllocatedBytesPerConnection);
        problems.NotNegative(place, "pingPongNs", cell.PingPongNs);
        problems.NotNegative(place, "referenceNs", cell.ReferenceNs);
        problems.NotNegative(place, "tearDownPerSecond", cell.TearDownPerSecond);
        problems.NotNegative(place, "expiredPerSecond", cell.ExpiredPerSecond);
        problems.NotNegative(place, "probesPerConnection", cell.ProbesPerConnection);
        problems.InRange(place, "clashesPer1000", cell.ClashesPer1000, 0, 1000);
        problems.NotNegative<double>(place, "windowAddedNs", cell.WindowAddedNs);
        problems.InRange(place, "shortPathShare", cell.ShortPathShare, 0, 1);
        problems.NotNegative(place, "collectionsPerRound", cell.CollectionsPerRound);
        problems.NotNegative(place, "droppedRounds", cell.DroppedRounds);
        problems.NotNegative(place, "otherPlacementRounds", cell.OtherPlacementRounds);
        problems.InRange(place, "fairness", cell.Fairness, 0, 1);
        if (cell.PerRound is { } rounds)
        {
            CheckRounds($"{place}.perRound", cell, rounds, problems);
        }
    }

    private static void CheckRounds(string place, ThroughputCell cell, ThroughputRounds rounds, Problems problems)
    {
        if (rounds.ConnectionsPerSecond.Count == 0 || rounds.ConnectionsPerSecond.Any(v => v < 0))
        {
            problems.Add(place, "connectionsPerSecond needs at least one value, and none below 0");
            return;
        }

        if (rounds.Process is { } process && !ProcessLevel.IsSound(process, rounds.ConnectionsPerSecond.Count))
        {
            problems.Add(place, "process needs a number for every round, from 0 without gaps");
            return;
        }

        problems.Unless(
            (rounds.ReferenceNs ?? []).All(ns => ns >= 0) && (rounds.StolenShare ?? []).All(share => share is >= 0 and <= 1),
            place,
            "referenceNs must be 0 or more, stolenShare from 0 to 1");
        ThroughputCell expected = cell.Summarised();
        const string Source = "perRound";
        problems.Same(place, "connectionsPerSecond", cell.ConnectionsPerSecond, expected.ConnectionsPerSecond, Source);
        problems.Same(place, "connectionsPerSecondLow", cell.ConnectionsPerSecondLow, expected.ConnectionsPerSecondLow, Source);
        problems.Same(place, "connectionsPerSecondHigh", cell.ConnectionsPerSecondHigh, expected.ConnectionsPerSecondHigh, Source);
        problems.Same(place, "best", cell.Best, expected.Best, Source);
        problems.Same(place, "tearDownPerSecond", cell.TearDownPerSecond, expected.TearDownPerSecond, Source);
        problems.Same(place, "expiredPerSecond", cell.ExpiredPerSecond, expected.ExpiredPerSecond, Source);
        problems.Same(place, "pingPongNs", cell.PingPongNs, expected.PingPongNs, Source);
    }
}
