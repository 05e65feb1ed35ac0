using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Meeting;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Scenarios.DnatDns;

/// <summary>
/// The same with two pinned threads: each looks its query up, translates and confirms it, as one CPU does for one packet.
/// </summary>
internal sealed record RacingQueries(DnsRules Rules, IReadOnlyList<int> Cpus, ulong Seed, CancellationToken Cancellation) : IEraExperiment
{
    private const int Trials = 5;
    private const int PairsPerTrial = 4_000;

    public ScenarioCell Run<TEra>(Era era)
        where TEra : struct, IEra
    {
        var cell = new ScenarioCell
        {
            Table = "two queries of one socket, two threads that start together",
            Era = era.Name,
            Parameters = new Dictionary<string, string> { ["rules"] = Rules.Name },
        };
        if (Cpus.Count < 2)
        {
            return cell with { Missing = "needs two CPUs" };
        }

        var pairs = new long[Trials];
        var overlapped = new long[Trials];
        var dropped = new long[Trials];
        var merged = new long[Trials];
        var replyOnly = new long[Trials];
        for (int trial = 0; trial < Trials && !Cancellation.IsCancellationRequested; trial++)
        {
            Tally[] tallies = Race<TEra>(era, trial);
            pairs[trial] = PairsPerTrial;
            dropped[trial] = tallies.Sum(t => t.Dropped);
            merged[trial] = tallies.Sum(t => t.Merged);
            replyOnly[trial] = tallies.Sum(t => t.ReplyOnly);
            overlapped[trial] = dropped[trial] + merged[trial] + replyOnly[trial];
        }

        if (overlapped.Sum() == 0)
        {
            return cell with { Missing = "no pair overlapped" };
        }

        return cell with
        {
            Attempts = pairs.Sum(),
            Trials = Trials,
            Figures =
            [
                ScenarioFigure.Share("pairs that overlapped", FailureRate.Estimate(pairs, overlapped)),
                ScenarioFigure.Share("of these: second dropped", FailureRate.Estimate(overlapped, dropped)),
                ScenarioFigure.Share("merged", FailureRate.Estimate(overlapped, merged)),
                ScenarioFigure.Share("reply-only for 1 s", FailureRate.Estimate(overlapped, replyOnly)),
            ],
        };
    }

    private Tally[] Race<TEra>(Era era, int trial)
        where TEra : struct, IEra
    {
        using var bench = new NatBench<TEra>(era, Seed + (ulong)trial, buckets: 65_536, maxConnections: 65_536);
        var barrier = new SpinBarrier(2);
        Tally[] tallies = [new Tally(), new Tally()];
        ulong seed = bench.Random.Next64();
        PinnedWorkers.Run(
            [Cpus[0], Cpus[1]], worker => Work(bench.Table, barrier, worker, seed, tallies[worker]), [barrier], cancellation: Cancellation);
        return tallies;
    }

    private void Work<TEra>(
        ConntrackTable<IPv4Address, TEra, KernelLocks> table, SpinBarrier barrier, int worker, ulong seed, Tally tally)
        where TEra : struct, IEra
    {
        var random = new CpuRandom(seed + (ulong)worker);
        ref CpuState cpu = ref table.Cpu(worker);
        for (int pair = 0; pair < PairsPerTrial; pair++)
        {
            ConntrackTuple<IPv4Address> query = QueryPair.Query(IPProtocol.Udp, pair);
            NatRange<IPv4Address>? destination = Rules.Destination((int)random.NextBelow((uint)Rules.Backends));
            if (!barrier.SignalAndWait())
            {
                return;
            }

            TupleHash hash = table.Hash(in query);
            if (table.TryFind(ref cpu, in query, hash, out _))
            {
                continue; // the other was quicker: this query belongs to its connection
            }

            PendingEntry<IPv4Address> entry = table.Create(ref cpu, in query, hash);
            NatHooks.Prerouting(table, ref cpu, ref random, ref entry, destination);
            NatHooks.Postrouting(table, ref cpu, ref random, ref entry, Rules.Source);
            tally.Add(table.Confirm(ref cpu, in entry));
        }
    }

    private sealed class Tally
    {
        public long Dropped { get; private set; }

        public long Merged { get; private set; }

        public long ReplyOnly { get; private set; }

        public void Add(ConfirmResult result)
        {
            Dropped += result == ConfirmResult.Clash ? 1 : 0;
            Merged += result == ConfirmResult.Merged ? 1 : 0;
            ReplyOnly += result == ConfirmResult.InsertedReplyOnly ? 1 : 0;
        }
    }
}
