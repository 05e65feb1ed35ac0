using System.Globalization;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Prediction.Searching;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Scenarios.Exhaustion;

/// <summary>Probes and failures of single searches at one occupancy: nothing races, and free ports are always left.</summary>
internal sealed record OccupancyCurve(RaceMode Mode, FillKind Fill, double Occupancy, ulong Seed) : IEraExperiment
{
    private const int Trials = 6;
    private const int Searches = 1_000;

    /// <summary>Bounds the time of rows in which one search walks tens of thousands of ports.</summary>
    private const ulong ProbesPerTrial = 60_000;

    private const int MinSearches = 4;

    public ScenarioCell Run<TEra>(Era era)
        where TEra : struct, IEra
    {
        var attempts = new long[Trials];
        var failures = new long[Trials];
        var probes = new double[Trials];
        int taken = (int)Math.Round(Occupancy * RaceWorkload.AllPorts);
        for (int trial = 0; trial < Trials; trial++)
        {
            using var bench = new NatBench<TEra>(era, Seed + (ulong)trial);
            var pool = new FilledPool<TEra>(bench, Mode, Fill, taken);
            ulong before = bench.Cpu(0).Probes;
            while (attempts[trial] < Searches
                && (attempts[trial] < MinSearches || bench.Cpu(0).Probes - before < ProbesPerTrial))
            {
                attempts[trial]++;
                failures[trial] += Succeeds(bench, pool) ? 0 : 1;
            }

            probes[trial] = (bench.Cpu(0).Probes - before) / (double)attempts[trial];
        }

        (double? failure, string? failureLaw) = PredictFailure(era, taken, RaceWorkload.AllPorts);
        (double? cost, string? costLaw) = PredictProbes(era, taken, RaceWorkload.AllPorts);
        return new ScenarioCell
        {
            Table = "one search at a given occupancy",
            Era = era.Name,
            Mode = Mode.Name,
            Parameters = new Dictionary<string, string>
            {
                ["filled"] = FillName(Fill),
                ["occupancy"] = string.Create(CultureInfo.InvariantCulture, $"{Occupancy * 100:0.##} %"),
            },
            Attempts = attempts.Sum(),
            Trials = Trials,
            Figures =
            [
                ScenarioFigure.Share("fails although ports are free", FailureRate.Estimate(attempts, failures), failure, failureLaw),
                ScenarioFigure.Mean("probes per allocation", MeanEstimate.Of(probes), cost, costLaw),
            ],
        };
    }

    public static string FillName(FillKind fill) => fill switch
    {
        FillKind.Self => "by the allocator",
        FillKind.Random => "at random",
        _ => "one block",
    };

    /// <summary>A connection whose search is undone afterwards, so that the occupancy stays.</summary>
    internal static bool Succeeds<TEra>(NatBench<TEra> bench, FilledPool<TEra> pool)
        where TEra : struct, IEra
    {
        PendingEntry<IPv4Address> entry = pool.Open();
        if (pool.Search(ref entry) != PortChoice.Exhausted)
        {
            bench.Table.Drop(ref bench.Cpu(0), entry.Slot);
            return true;
        }

        // The last candidate of a whole scan is handed out unchecked and may be free.
        if (bench.Confirm(0, in entry) != ConfirmResult.Inserted)
        {
            return false;
        }

        bench.Remove(0, entry.Slot);
        return true;
    }

    private (double? Value, string? Law) PredictFailure(Era era, int taken, int ports)
    {
        if (era.Traits.Search >= PortSearch.Limited)
        {
            return Fill switch
            {
                FillKind.Random => (ClosedForms.FailureOfRandomFill((double)taken / ports), "r^248 for ports taken at random"),
                FillKind.Block =>
                    (ClosedForms.FailureOfBlock(taken, ports), "product over the rounds w of (block - w + 1)/N for one block"),
                _ => (null, null),
            };
        }

        int free = ports - taken;
        return Fill switch
        {
            FillKind.Random => (0, "0 for a whole scan of ports taken at random"),
            FillKind.Block => (
                Math.Max(0, ClosedForms.Offsets - ports - free) / (double)ports,
                "(1024 - free)/N for a whole scan: the wrap of the 16-bit offset passes over the free ports"),
            _ => (null, null),
        };
    }

    private (double? Value, string? Law) PredictProbes(Era era, int taken, int ports)
    {
        double r = (double)taken / ports;
        bool limited = era.Traits.Search >= PortSearch.Limited;
        StartOffset start = Mode == RaceMode.Random ? era.Traits.RandomStart : StartOffset.Random;
        double keep = Mode == RaceMode.Default && taken > 0 ? 1 : 0;
        const string Kept = "; one more in default mode, for the client's own port";
        return (Fill, limited) switch
        {
            (FillKind.Self, false) when start is StartOffset.KeyedMd5 or StartOffset.KeyedSipHash or StartOffset.KeyedSipHashTimed =>
                (taken + 1 + ((ClosedForms.Offsets - ports) * (double)taken / ClosedForms.Offsets),
                "rN + 1 from the constant start, and 1024 more if the offset wraps on the way"),
            (FillKind.Self, false) when Mode == RaceMode.RandomFully =>
                (ClosedForms.ScanOfSelfFill(r), "(1 + 1/(1-r)^2)/2 for a whole scan of a table that filled itself"),
            (FillKind.Self, _) => (null, null),
            (FillKind.Random, true) => (keep + ClosedForms.ProbesOfRandomFill(r), "(1 - r^248)/(1 - r) for ports taken at random" + Kept),
            (FillKind.Random, false) =>
                (keep + ClosedForms.ScanOfRandomFill(taken, ports), "(N + 1)/(free + 1) for a whole scan of ports taken at random" + Kept),
            (_, true) => (keep + ClosedForms.ProbesOfBlock(taken, ports), "sum over the rounds for one block" + Kept),
            _ => (keep + ClosedForms.ScanOfBlock(taken, ports), "1 + r (block + 1)/2 for a whole scan of one block" + Kept),
        };
    }
}
