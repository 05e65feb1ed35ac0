using System.Globalization;
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

namespace NatAllocBench.Scenarios.Eviction;

/// <summary>
/// Every port taken, a share of them in TIME_WAIT and the others established: what share of new connections gets a port by evicting a
/// closed connection. Sequence numbers are random, so a new SYN lies above an old one in half of the cases.
/// </summary>
internal sealed record FullPool(double TimeWait, ushort LastPort, ulong Seed) : IEraExperiment
{
    private const int Trials = 6;
    private const int Connections = 300;
    private const int FirstPort = 1024;
    private const int FirstStandingClient = 0x200000;
    private const int EvictingAttempts = 32;
    private const double NewerSequence = 0.5;

    public ScenarioCell Run<TEra>(Era era)
        where TEra : struct, IEra
    {
        var attempts = new long[Trials];
        var succeeded = new long[Trials];
        ulong evictions = 0;
        ulong probes = 0;
        for (int trial = 0; trial < Trials; trial++)
        {
            using var bench = new NatBench<TEra>(era, Seed + (ulong)trial);
            Slot[] slots = Fill(bench);
            ulong before = bench.Cpu(0).Probes;
            for (int client = 0; client < Connections; client++)
            {
                attempts[trial]++;
                succeeded[trial] += Connects(bench, client, slots) ? 1 : 0;
            }

            evictions += bench.Cpu(0).Evictions;
            probes += bench.Cpu(0).Probes - before;
        }

        (double law, string words) = Predict(era);
        return new ScenarioCell
        {
            Table = "new connections into a full range",
            Era = era.Name,
            Parameters = new Dictionary<string, string>
            {
                ["ports"] = Figures.Count(Ports),
                ["in TIME_WAIT"] = string.Create(CultureInfo.InvariantCulture, $"{TimeWait * 100:0.##} %"),
            },
            Attempts = attempts.Sum(),
            Trials = Trials,
            Figures =
            [
                ScenarioFigure.Share("succeed", FailureRate.Estimate(attempts, succeeded), law, words),
                ScenarioFigure.Exact("evictions per connection", (double)evictions / attempts.Sum()),
                ScenarioFigure.Exact("probes per connection", (double)probes / attempts.Sum()),
            ],
        };
    }

    private int Ports => LastPort - FirstPort + 1;

    private Slot[] Fill<TEra>(NatBench<TEra> bench)
        where TEra : struct, IEra
    {
        var slots = new Slot[Ports];
        var closed = (int)Math.Round(TimeWait * Ports);
        int[] order = [.. Enumerable.Range(0, Ports)];
        for (int i = 0; i < order.Length; i++)
        {
            int j = i + (int)bench.Random.NextBelow((uint)(order.Length - i));
            (order[i], order[j]) = (order[j], order[i]);
            slots[order[i]] = Stand(bench, order[i], i < closed ? TcpState.TimeWait : TcpState.Established);
        }

        return slots;
    }

    private static Slot Stand<TEra>(NatBench<TEra> bench, int index, TcpState state)
        where TEra : struct, IEra
    {
        var port = (ushort)(FirstPort + index);
        ConntrackTuple<IPv4Address> original = Tuple(RaceWorkload.ClientAddress(FirstStandingClient + index), port);
        ConntrackTuple<IPv4Address> reply = Tuple(RaceWorkload.NatAddress(0), port).Invert();
        const ulong Bits = EntryStatus.SourceNat | EntryStatus.NatDoneMask | EntryStatus.SeenReply | EntryStatus.Assured;
        return bench.Table.Restore(
            ref bench.Cpu(0),
            in original,
            in reply,
            EntryStatus.WithState(Bits, state),
            (uint)Timeouts.Tcp(state) * 1000,
            (uint)bench.Random.Next64());
    }

    /// <summary>A new connection; if it evicted a closed one, that one is put back with another sequence number.</summary>
    private bool Connects<TEra>(NatBench<TEra> bench, int client, Slot[] slots)
        where TEra : struct, IEra
    {
        NatRange<IPv4Address> rule = NatRange<IPv4Address>.Masquerade(RaceWorkload.NatAddress(0));
        if (Ports != RaceWorkload.AllPorts)
        {
            rule = rule.WithPorts(FirstPort, LastPort);
        }

        // An own port that is taken and, with a range, outside of it.
        ConntrackTuple<IPv4Address> tuple = Tuple(
            RaceWorkload.ClientAddress(client), Ports == RaceWorkload.AllPorts ? (ushort)40_000 : (ushort)1_000);
        PendingEntry<IPv4Address> entry = bench.Open(0, in tuple, (uint)bench.Random.Next64());
        bench.Postrouting(0, ref entry, rule);
        int index = bench.PortOf(entry.Slot) - FirstPort;
        if (bench.Confirm(0, in entry) != ConfirmResult.Inserted)
        {
            return false;
        }

        bench.Remove(0, entry.Slot);
        slots[index] = Stand(bench, index, TcpState.TimeWait);
        return true;
    }

    private (double Value, string Law) Predict(Era era)
    {
        if (era.Traits.Search != PortSearch.LimitedEvicting)
        {
            return (0, "0 before 6.5: nothing is evicted");
        }

        int evicting = Ports <= 128
            ? Math.Min(Ports, EvictingAttempts)
            : ClosedForms.Rounds.Sum(round => Math.Min(round, EvictingAttempts));
        return (
            1 - Math.Pow(1 - (TimeWait * NewerSequence), evicting),
            "1 - (1 - s/2)^k: share s in TIME_WAIT, k probes of a search that may evict (120, or 32 in a range of 32 to 128 ports)");
    }

    private static ConntrackTuple<IPv4Address> Tuple(IPv4Address source, ushort port) =>
        ConntrackTuple<IPv4Address>.Of(IPProtocol.Tcp, source, port, RaceWorkload.DestinationAddress(0), 80);
}
