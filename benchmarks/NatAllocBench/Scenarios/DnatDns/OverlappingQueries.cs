using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Netfilter.Views;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Scenarios.DnatDns;

/// <summary>What becomes of the second of two overlapping queries, by the backends that the two were given.</summary>
internal enum BackendChoice
{
    /// <summary>Both the same.</summary>
    Same,

    /// <summary>Two different ones.</summary>
    Different,

    /// <summary>Each drawn at random.</summary>
    Random,
}

/// <summary>Many pairs of overlapping queries, one interleaving, made by hand.</summary>
internal sealed record OverlappingQueries(
    DnsRules Rules, BackendChoice Choice, Overlap Overlap, IPProtocol Protocol, ulong Seed) : IEraExperiment
{
    private const int Trials = 10;
    private const int PairsPerTrial = 200;

    public ScenarioCell Run<TEra>(Era era)
        where TEra : struct, IEra
    {
        using var bench = new NatBench<TEra>(era, Seed, buckets: 65_536, maxConnections: 65_536);
        var pairs = new long[Trials];
        var dropped = new long[Trials];
        var merged = new long[Trials];
        var replyOnly = new long[Trials];
        for (int i = 0; i < Trials * PairsPerTrial; i++)
        {
            int trial = i / PairsPerTrial;
            (int a, int b) = Draw(bench);
            pairs[trial]++;
            switch (QueryPair.Run(bench, Rules, Protocol, Overlap, i, a, b))
            {
                case ConfirmResult.Clash:
                    dropped[trial]++;
                    break;
                case ConfirmResult.Merged:
                    merged[trial]++;
                    break;
                case ConfirmResult.InsertedReplyOnly:
                    replyOnly[trial]++;
                    break;
            }
        }

        CpuStatistics counters = bench.Cpu(1).Counters;
        long all = pairs.Sum();
        return new ScenarioCell
        {
            Table = Overlap == Overlap.BothTranslate
                ? "two queries of one socket, both translated before either is confirmed"
                : "two queries of one socket, the first confirmed before the second is translated",
            Era = era.Name,
            Parameters = new Dictionary<string, string>
            {
                ["protocol"] = Protocol.ToString().ToLowerInvariant(),
                ["rules"] = Rules.Name,
                ["backends"] = Rules.Backends == 0 ? "none" : ChoiceName(Choice),
            },
            Attempts = all,
            Trials = Choice == BackendChoice.Random ? Trials : null,
            Figures =
            [
                Share(era, "second dropped", pairs, dropped, 0),
                Share(era, "merged", pairs, merged, 1),
                Share(era, "reply-only for 1 s", pairs, replyOnly, 2),
                ScenarioFigure.Exact("insert_failed per pair", (double)counters.InsertFailed / all),
                ScenarioFigure.Exact("drop per pair", (double)counters.Drop / all),
                ScenarioFigure.Exact("clash_resolve per pair", (double)counters.ClashResolve / all),
            ],
        };
    }

    private ScenarioFigure Share(Era era, string name, long[] attempts, long[] events, int outcome)
    {
        (double Value, string Law)? law = Choice == BackendChoice.Random ? Predict(era, outcome) : null;
        return Choice == BackendChoice.Random
            ? ScenarioFigure.Share(name, FailureRate.Estimate(attempts, events), law?.Value, law?.Law)
            : ScenarioFigure.Exact(name, (double)events.Sum() / attempts.Sum(), isShare: true);
    }

    private static string ChoiceName(BackendChoice choice) => choice switch
    {
        BackendChoice.Same => "the same",
        BackendChoice.Different => "different ones",
        _ => "at random",
    };

    private (int First, int Second) Draw<TEra>(NatBench<TEra> bench)
        where TEra : struct, IEra => (Choice, Rules.Backends) switch
        {
            (_, 0) or (BackendChoice.Same, _) => (0, 0),
            (BackendChoice.Different, _) => (0, 1),
            (_, var k) => ((int)bench.Random.NextBelow((uint)k), (int)bench.Random.NextBelow((uint)k)),
        };

    /// <summary>Of k backends both draw the same with 1/k; what then happens is a rule of the era (without random ports).</summary>
    private (double Value, string Law)? Predict(Era era, int outcome)
    {
        if (Rules.Masquerade is not null || Overlap != Overlap.BothTranslate)
        {
            return null;
        }

        double same = 1.0 / Rules.Backends;
        bool merges = Protocol == IPProtocol.Udp && era.Traits.Clash >= ClashRule.MergeEqual;
        bool inserts = Protocol == IPProtocol.Udp && era.Traits.Clash >= ClashRule.InsertReply;
        double mergedShare = merges ? same : 0;
        double insertedShare = inserts ? 1 - same : 0;
        return outcome switch
        {
            0 => (1 - mergedShare - insertedShare, "whatever is neither merged nor inserted"),
            1 => (mergedShare, "1/backends where the era merges equal clashes"),
            _ => (insertedShare, "1 - 1/backends where the era inserts clashing entries"),
        };
    }
}
