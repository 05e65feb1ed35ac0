using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Prediction.Searching;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Scenarios.Ports;

/// <summary>
/// Searches in an empty table: how often the first ports of the class come up. The start is a 16-bit number modulo the size of the class,
/// so those that 65536 modulo the size covers once more are likelier.
/// </summary>
/// <param name="ClientPort">The client's port, which decides the class.</param>
internal sealed record StartWeights(ushort ClientPort, ulong Seed) : IEraExperiment
{
    private const int Trials = 10;
    private const int Searches = 20_000;

    public ScenarioCell Run<TEra>(Era era)
        where TEra : struct, IEra
    {
        (int first, int size) = ClientPort switch
        {
            < 512 => (1, 511),
            < 1024 => (600, 424),
            _ => (1024, RaceWorkload.AllPorts),
        };
        int heavy = ClosedForms.Offsets % size;
        var attempts = new long[Trials];
        var hits = new long[Trials];
        using var bench = new NatBench<TEra>(era, Seed);
        NatRange<IPv4Address> rule = NatRange<IPv4Address>.Masquerade(RaceWorkload.NatAddress(0), NatFlags.ProtoRandomFully);
        for (int i = 0; i < Trials * Searches; i++)
        {
            ConntrackTuple<IPv4Address> tuple = ConntrackTuple<IPv4Address>.Of(
                IPProtocol.Tcp, RaceWorkload.ClientAddress(i), ClientPort, RaceWorkload.DestinationAddress(0), 80);
            PendingEntry<IPv4Address> entry = bench.Open(0, in tuple);
            bench.Postrouting(0, ref entry, rule);
            attempts[i / Searches]++;
            hits[i / Searches] += bench.PortOf(entry.Slot) < first + heavy ? 1 : 0;
            bench.Table.Drop(ref bench.Cpu(0), entry.Slot);
        }

        return new ScenarioCell
        {
            Table = "weight of the first ports of a class in searches of an empty table",
            Era = era.Name,
            Mode = RaceMode.RandomFully.Name,
            Parameters = new Dictionary<string, string>
            {
                ["class"] = $"{first} to {first + size - 1}",
                ["likelier ports"] = $"{first} to {first + heavy - 1}",
            },
            Attempts = attempts.Sum(),
            Trials = Trials,
            Figures =
            [
                ScenarioFigure.Share(
                    "share of these ports",
                    FailureRate.Estimate(attempts, hits),
                    (double)heavy * ((ClosedForms.Offsets / size) + 1) / ClosedForms.Offsets,
                    "ports x (65536/size + 1, whole) / 65536: 2048/65536 for 1024 to 2047"),
                ScenarioFigure.Exact("share if all were alike", (double)heavy / size, isShare: true),
            ],
        };
    }
}
