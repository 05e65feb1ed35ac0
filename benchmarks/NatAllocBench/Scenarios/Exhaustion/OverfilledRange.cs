using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Prediction.Searching;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Scenarios.Exhaustion;

/// <summary>
/// Twice as many connections as ports, one after the other: how many are left at the end, and how often a probe met a taken port. The same
/// was measured on real kernels, whose answers are in the next column.
/// </summary>
internal sealed record OverfilledRange(RaceMode Mode, IPProtocol Protocol, double? Kernel, ulong Seed) : IEraExperiment
{
    private const int Ports = 100;
    private const int Connections = 200;
    private const int Trials = 40;
    private const ushort FirstPort = 2000;

    public ScenarioCell Run<TEra>(Era era)
        where TEra : struct, IEra
    {
        var succeeded = new double[Trials];
        var found = new double[Trials];
        ulong lost = 0;
        using var bench = new NatBench<TEra>(era, Seed);
        for (int trial = 0; trial < Trials; trial++)
        {
            ulong before = bench.Cpu(0).Counters.Found;
            succeeded[trial] = Overfill(bench, trial);
            found[trial] = (bench.Cpu(0).Counters.Found - before) / (double)Connections;
        }

        lost += bench.Cpu(0).Counters.InsertFailed;
        bool exact = found.Distinct().Count() == 1;
        (double law, string words) = Predict(era);
        return new ScenarioCell
        {
            Table = "200 connections into 100 ports, one CPU",
            Era = era.Name,
            Mode = Mode.Name,
            Parameters = new Dictionary<string, string>
            {
                ["protocol"] = Protocol.ToString().ToLowerInvariant(),
                ["found per connection on a real kernel"] =
                    Kernel is { } kernel ? kernel.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture) : "not measured",
            },
            Attempts = (long)Connections * Trials,
            Trials = Trials,
            Figures =
            [
                ScenarioFigure.Exact(
                    "succeed of 200", succeeded.Distinct().Count() == 1 ? succeeded[0] : succeeded.Average(), Ports,
                    "as many as there are ports"),
                ScenarioFigure.Exact("insert_failed of 200", (double)lost / Trials, Connections - Ports, "the others"),
                exact
                    ? ScenarioFigure.Exact("found per connection", found[0], law, words)
                    : ScenarioFigure.Mean("found per connection", MeanEstimate.Of(found), law, words),
            ],
        };
    }

    private int Overfill<TEra>(NatBench<TEra> bench, int destination)
        where TEra : struct, IEra
    {
        NatRange<IPv4Address> rule = NatRange<IPv4Address>.Masquerade(RaceWorkload.NatAddress(0), Mode.Flags)
            .WithPorts(FirstPort, FirstPort + Ports - 1);
        int standing = 0;
        for (int client = 0; client < Connections; client++)
        {
            // An own address for every connection: a known socket would get its earlier mapping.
            ConntrackTuple<IPv4Address> tuple = ConntrackTuple<IPv4Address>.Of(
                Protocol,
                RaceWorkload.ClientAddress((destination * Connections) + client),
                20_000,
                RaceWorkload.DestinationAddress(destination),
                80);
            PendingEntry<IPv4Address> entry = bench.Open(0, in tuple);
            bench.Postrouting(0, ref entry, rule);
            standing += bench.Confirm(0, in entry) == ConfirmResult.Inserted ? 1 : 0;
        }

        return standing;
    }

    /// <summary>
    /// Searches that fail meet every port they probe; those that succeed meet what linear probing meets. From 6.5 on the last 32 probes of
    /// a TCP round do not move the counter.
    /// </summary>
    private (double Value, string Law) Predict(Era era)
    {
        bool limited = era.Traits.Search >= PortSearch.Limited;
        bool hardProbes = era.Traits.Search == PortSearch.LimitedEvicting && Protocol == IPProtocol.Tcp;
        double failing = Ports * (hardProbes ? Ports - 32 : limited ? Ports : Ports - 1);
        StartOffset start = Mode == RaceMode.Random ? era.Traits.RandomStart
            : Mode == RaceMode.RandomFully ? era.Traits.RandomFullyStart
            : era.Traits.DefaultStart;
        return start switch
        {
            // The rover points at the port handed out last. The first search of a destination meets an empty range.
            StartOffset.Rover =>
                ((failing + Ports - 1) / Connections, "99 for the predecessor's port and 99 for each of 100 failures, over 200"),
            StartOffset.KeyedMd5 or StartOffset.KeyedSipHash or StartOffset.KeyedSipHashTimed =>
                ((failing + (Ports * (Ports - 1) / 2.0)) / Connections, "0 to 99 from the constant start and 99 for each of 100 failures, "
                    + "over 200"),
            _ => ((failing + ClosedForms.FillingProbes(Ports)) / Connections,
                $"n (Q(n) - 1)/2 while the range of n = 100 fills and {failing / Ports} for each of 100 failures, over 200"),
        };
    }
}
