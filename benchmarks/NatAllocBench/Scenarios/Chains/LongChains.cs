using System.Globalization;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Scenarios.Chains;

/// <summary>Confirms in a table with few buckets: what share is refused because a chain is longer than the limit drawn.</summary>
/// <param name="EntriesPerBucket">Standing entries for each bucket; each is in two chains.</param>
internal sealed record LongChains(double EntriesPerBucket, ulong Seed) : IEraExperiment
{
    private const int Trials = 6;
    private const int Buckets = 2_048;
    private const int Confirms = 2_000;

    public ScenarioCell Run<TEra>(Era era)
        where TEra : struct, IEra
    {
        int entries = (int)Math.Round(EntriesPerBucket * Buckets);
        var attempts = new long[Trials];
        var refused = new long[Trials];
        ulong counted = 0;
        for (int trial = 0; trial < Trials; trial++)
        {
            using var bench = new NatBench<TEra>(era, Seed + (ulong)trial, Buckets, (uint)entries + 16);
            for (int i = 0; i < entries; i++)
            {
                ConntrackTuple<IPv4Address> original = Tuple(i);
                ConntrackTuple<IPv4Address> reply = original.Invert();
                bench.Table.Restore(ref bench.Cpu(0), in original, in reply, 0, 600_000);
            }

            for (int i = 0; i < Confirms; i++)
            {
                ConntrackTuple<IPv4Address> tuple = Tuple(entries + i);
                PendingEntry<IPv4Address> entry = bench.Open(0, in tuple);
                attempts[trial]++;
                if (bench.Confirm(0, in entry) == ConfirmResult.ChainTooLong)
                {
                    refused[trial]++;
                }
                else
                {
                    bench.Remove(0, entry.Slot);
                }
            }

            counted += bench.Cpu(0).Counters.ChainTooLong;
        }

        return new ScenarioCell
        {
            Table = "confirms in a table of 2048 buckets",
            Era = era.Name,
            Parameters = new Dictionary<string, string>
            {
                ["limit"] = era.Traits.ChainLimitMin == 0
                    ? "none"
                    : $"{era.Traits.ChainLimitMin} to {era.Traits.ChainLimitMin + era.Traits.ChainLimitSpread - 1}",
                ["entries per bucket"] = EntriesPerBucket.ToString(CultureInfo.InvariantCulture),
            },
            Attempts = attempts.Sum(),
            Trials = Trials,
            Figures =
            [
                ScenarioFigure.Share(
                    "refused",
                    FailureRate.Estimate(attempts, refused),
                    Predict(era.Traits, entries),
                    "1 - the mean over the limits m of P(chain <= m + 1)^2, chains being binomial with 2 entries x 1/buckets"),
                ScenarioFigure.Exact("chaintoolong per confirm", (double)counted / attempts.Sum()),
            ],
        };
    }

    /// <summary>Both chains must pass with the same limit; a walk passes m + 1 nodes and is refused at one more.</summary>
    public static double Predict(EraTraits traits, int entries)
    {
        if (traits.ChainLimitMin == 0)
        {
            return 0;
        }

        int longest = traits.ChainLimitMin + traits.ChainLimitSpread;
        var cumulative = new double[longest + 1];
        double p = 1.0 / Buckets;
        double logTerm = 2.0 * entries * Math.Log(1 - p);
        double sum = 0;
        for (int k = 0; k <= longest; k++)
        {
            sum += Math.Exp(logTerm);
            cumulative[k] = sum;
            logTerm += Math.Log((2.0 * entries) - k) - Math.Log(k + 1) + Math.Log(p / (1 - p));
        }

        double passed = Enumerable.Range(traits.ChainLimitMin, traits.ChainLimitSpread).Average(limit =>
        {
            double one = Math.Min(1, cumulative[limit + 1]);
            return ((1 - p) * one * one) + (p * one);
        });
        return Math.Clamp(1 - passed, 0, 1);
    }

    /// <summary>UDP flows of different clients to different destinations, without NAT.</summary>
    private static ConntrackTuple<IPv4Address> Tuple(int i) => ConntrackTuple<IPv4Address>.Of(
        IPProtocol.Udp, RaceWorkload.ClientAddress(i), (ushort)(1024 + (i % 60_000)), RaceWorkload.DestinationAddress(i % 65_536), 53);
}
