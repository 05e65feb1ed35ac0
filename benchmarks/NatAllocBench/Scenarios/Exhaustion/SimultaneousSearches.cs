using System.Globalization;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Prediction.Searching;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Scenarios.Exhaustion;

/// <summary>
/// n connections that all choose before any is confirmed: the worst interleaving, made by hand. Any two of them that chose the same port
/// are a collision of two racing searches; all but one for each port are losers.
/// </summary>
internal sealed record SimultaneousSearches(
    RaceMode Mode, FillKind Fill, double Occupancy, int Ports, int Starts, ulong Seed) : IEraExperiment
{
    private const int Trials = 12;

    public ScenarioCell Run<TEra>(Era era)
        where TEra : struct, IEra
    {
        var losers = new double[Trials];
        var collisions = new double[Trials];
        int taken = (int)Math.Round(Occupancy * Ports);
        for (int trial = 0; trial < Trials; trial++)
        {
            using var bench = new NatBench<TEra>(era, Seed + (ulong)trial);
            var pool = new FilledPool<TEra>(bench, Mode, Fill, taken, Ports);
            (losers[trial], collisions[trial]) = Interleave(bench, pool);
        }

        (double q, string law) = Predict(era, taken, Ports);
        MeanEstimate measured = MeanEstimate.Of(collisions);
        return new ScenarioCell
        {
            Table = $"{Starts} simultaneous starts towards one destination",
            Era = era.Name,
            Mode = Mode.Name,
            Parameters = new Dictionary<string, string>
            {
                ["ports"] = Figures.Count(Ports),
                ["filled"] = OccupancyCurve.FillName(Fill),
                ["occupancy"] = string.Create(CultureInfo.InvariantCulture, $"{Occupancy * 100:0.##} %"),
            },
            Attempts = (long)Starts * Trials,
            Trials = Trials,
            Figures =
            [
                Figure("two of them meet", measured, q, law, isShare: true),
                Figure(
                    "losers", MeanEstimate.Of(losers), ClosedForms.Losers(Starts, q),
                    "n - (1 - (1-q)^n)/q with the predicted q: the birthday problem of equally likely ports", false),
                ScenarioFigure.Exact("as likely as on empty ports, times", measured.Value / ClosedForms.SameStart(Ports)),
            ],
        };
    }

    private static ScenarioFigure Figure(string name, MeanEstimate estimate, double predicted, string law, bool isShare)
    {
        bool withoutChance = estimate.Low == estimate.High;
        return withoutChance
            ? ScenarioFigure.Exact(name, estimate.Value, predicted, law, isShare)
            : ScenarioFigure.Mean(
                name, estimate with { Low = isShare ? Math.Max(0, estimate.Low ?? 0) : estimate.Low }, predicted, law, isShare);
    }

    private (double Losers, double Collisions) Interleave<TEra>(NatBench<TEra> bench, FilledPool<TEra> pool)
        where TEra : struct, IEra
    {
        var entries = new PendingEntry<IPv4Address>[Starts];
        for (int i = 0; i < Starts; i++)
        {
            entries[i] = pool.Open();
            pool.SearchOnward(ref entries[i]);
        }

        double pairs = entries.GroupBy(entry => bench.PortOf(entry.Slot)).Sum(group => group.Count() * (group.Count() - 1.0) / 2);
        int lost = entries.Count(entry => bench.Confirm(0, in entry) == ConfirmResult.Clash);
        return (lost, pairs / (Starts * (Starts - 1.0) / 2));
    }

    private (double Q, string Law) Predict(Era era, int taken, int ports)
    {
        double r = (double)taken / ports;
        StartOffset start = Mode == RaceMode.Random ? era.Traits.RandomStart
            : Mode == RaceMode.RandomFully ? era.Traits.RandomFullyStart
            : era.Traits.DefaultStart;
        if (start != StartOffset.Random || (Mode == RaceMode.Default && taken == 0))
        {
            return (1, "1: the same start or the same own port, and the same table");
        }

        return (taken, Fill) switch
        {
            (0, _) => (ClosedForms.SameStart(ports), "the chance that two 16-bit starts fall on the same port: 67584/65536^2 for 64512 "
                + "ports, 1/32768 for 32768"),
            (_, FillKind.Random) => (ClosedForms.CollisionOfRandomFill(r, ports), "(1+r)/(N(1-r)) for ports taken at random"),
            _ => (ClosedForms.CollisionOfSelfFill(r, ports), "1/(N(1-r)^2) for a table that filled itself"),
        };
    }
}
