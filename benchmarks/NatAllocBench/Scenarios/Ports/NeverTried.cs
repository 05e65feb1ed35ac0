using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Prediction.Searching;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Scenarios.Ports;

/// <summary>
/// One port of a range is free, the others are taken: what share of searches from a random start never tries it. A search that tries it
/// takes it, so nothing but the allocator's answer is looked at.
/// </summary>
internal sealed record NeverTried(int Size, ulong Seed) : IEraExperiment
{
    private const int Trials = 6;
    private const int Searches = 1_500;
    private const ulong ProbesPerTrial = 1_200_000;
    private const int FirstPort = 1024;
    private const int FirstStandingClient = 0x200000;

    /// <summary>Outside of every range: the search is entered.</summary>
    private const ushort ClientPort = 1_000;

    public ScenarioCell Run<TEra>(Era era)
        where TEra : struct, IEra
    {
        var attempts = new long[Trials];
        var missed = new long[Trials];
        for (int trial = 0; trial < Trials; trial++)
        {
            using var bench = new NatBench<TEra>(era, Seed + (ulong)trial);
            var slots = new Slot[Size];
            for (int index = 0; index < Size; index++)
            {
                slots[index] = Stand(bench, index);
            }

            ulong before = bench.Cpu(0).Probes;
            while (attempts[trial] < Searches && bench.Cpu(0).Probes - before < ProbesPerTrial)
            {
                var free = (int)bench.Random.NextBelow((uint)Size);
                bench.Remove(0, slots[free]);
                attempts[trial]++;
                missed[trial] += Finds(bench, (int)attempts[trial]) ? 0 : 1;
                slots[free] = Stand(bench, free);
            }
        }

        (double law, string words) = Predict(era);
        return new ScenarioCell
        {
            Table = "one free port in a full range, search from a random start",
            Era = era.Name,
            Mode = RaceMode.RandomFully.Name,
            Parameters = new Dictionary<string, string> { ["ports"] = Figures.Count(Size) },
            Attempts = attempts.Sum(),
            Trials = Trials,
            Figures =
            [
                ScenarioFigure.Share("the free port is never tried", FailureRate.Estimate(attempts, missed), law, words),
                .. IsOneRound(era)
                    ? [ScenarioFigure.Exact("most ports that one start never tries", WorstStart())]
                    : Array.Empty<ScenarioFigure>(),
            ],
        };
    }

    private bool Finds<TEra>(NatBench<TEra> bench, int client)
        where TEra : struct, IEra
    {
        NatRange<IPv4Address> rule = NatRange<IPv4Address>.Masquerade(RaceWorkload.NatAddress(0), NatFlags.ProtoRandomFully);
        if (Size != RaceWorkload.AllPorts)
        {
            rule = rule.WithPorts(FirstPort, (ushort)(FirstPort + Size - 1));
        }

        ConntrackTuple<IPv4Address> tuple = Tuple(
            RaceWorkload.ClientAddress(client), Size == RaceWorkload.AllPorts ? (ushort)40_000 : ClientPort);
        PendingEntry<IPv4Address> entry = bench.Open(0, in tuple);
        bench.Postrouting(0, ref entry, rule);
        bool found = bench.Confirm(0, in entry) == ConfirmResult.Inserted;
        if (found)
        {
            bench.Remove(0, entry.Slot);
        }

        return found;
    }

    private static Slot Stand<TEra>(NatBench<TEra> bench, int index)
        where TEra : struct, IEra
    {
        var port = (ushort)(FirstPort + index);
        ConntrackTuple<IPv4Address> original = Tuple(RaceWorkload.ClientAddress(FirstStandingClient + index), port);
        ConntrackTuple<IPv4Address> reply = Tuple(RaceWorkload.NatAddress(0), port).Invert();
        ulong status = EntryStatus.WithState(EntryStatus.SourceNat | EntryStatus.NatDoneMask, TcpState.SynSent);
        return bench.Table.Restore(ref bench.Cpu(0), in original, in reply, status, 120_000);
    }

    private static ConntrackTuple<IPv4Address> Tuple(IPv4Address source, ushort port) =>
        ConntrackTuple<IPv4Address>.Of(IPProtocol.Tcp, source, port, RaceWorkload.DestinationAddress(0), 80);

    private (double Value, string Law) Predict(Era era)
    {
        return IsOneRound(era)
            ? (ClosedForms.NeverTriedOnAverage(Size) / Size, "the mean over all starts of what the wrap of the 16-bit offset passes over")
            : (ClosedForms.Rounds.Aggregate(1.0, (miss, w) => miss * Math.Max(0, 1 - ((double)w / Size))),
                "product over the rounds w of (1 - w/size): at most 248 attempts");
    }

    /// <summary>Whether a search makes as many attempts as the range has ports, from one start.</summary>
    private bool IsOneRound(Era era) => era.Traits.Search < PortSearch.Limited || Size <= ClosedForms.Rounds[0];

    private int WorstStart() => Enumerable.Range(0, ClosedForms.Offsets).Max(start => ClosedForms.NeverTried(Size, start));
}
