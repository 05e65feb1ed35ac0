using NatAllocBench.Netfilter.Batching;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Meeting;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Scenarios.ShortPath;

/// <summary>What the parts of a connection of the short path take, and what connections take that it does not cover.</summary>
/// <param name="groups">Values over which the intervals are; each is the median of some rounds.</param>
/// <param name="connections">Connections of a round.</param>
internal sealed class ShortPathScenario(int groups = 12, int connections = 20_000) : IScenario
{
    private const int RoundsOfGroup = 5;

    /// <summary>What a rehearsal adds to the one before it.</summary>
    private static readonly (ConnectPart Last, string Name)[] Parts =
    [
        (ConnectPart.Hashes, "guess of the REPLY tuples, four hashes in lanes"),
        (ConnectPart.Fetches, "fetching ahead"),
        (ConnectPart.Lookups, "lookup of ORIGINAL and source"),
        (ConnectPart.KeptPort, "probe of the connection's own port"),
        (ConnectPart.Search, "search: draw and candidates"),
        (ConnectPart.Entry, "slot and entry"),
    ];

    private const string LastPart = "three claims, CONFIRMED, counters";

    public string Name => "short-path";

    public string Summary => "One connection of the short path taken apart, and what the connections cost that it does not cover.";

    public IReadOnlyList<string> Notes { get; } =
    [
        $"{Figures.Count(connections)} connections to one destination in batches of 64 on one CPU; the table expires after every round, so "
            + "slots lie in the order of an expiry. Every value is that of the median batch in the median of five rounds.",
        "A part: before a batch is connected, the short path's own code goes through it up to the end of that part and is timed. What a "
            + "part takes is the difference to the part before it; of the last one, the difference to whole connections. Parts overlap in "
            + "the processor: a wait is counted where its result is needed.",
        "Kinds: all in batches; the column short path proves which of them it covers.",
    ];

    public IEnumerable<ScenarioCell> Run(ScenarioContext context)
    {
        foreach (ScenarioCell part in Pinned(context, () => PartsOf(context)))
        {
            yield return part;
        }

        foreach (PathKind kind in PathKind.All)
        {
            yield return Pinned(context, () => EraExperiment.Run(kind.Era, new KindTime(kind, context, groups, connections)));
        }
    }

    private static T Pinned<T>(ScenarioContext context, Func<T> measure)
    {
        T? result = default;
        _ = PinnedWorkers.Run([context.Cpus.Cpus[0]], _ => result = measure(), []);
        return result!;
    }

    private IReadOnlyList<ScenarioCell> PartsOf(ScenarioContext context)
    {
        PathKind kind = PathKind.All[0];
        using var bench = new PathBench<IPv4Address, Linux6_5>(
            EraCatalog.Get(kind.Era), kind, address => address, connections, context.Seed);
        Func<double>[] steps = [.. Parts.Select(part => (Func<double>)(() => bench.RehearseNs(part.Last))), bench.ConnectNs];
        double[][] upTo = Medians(steps, context, groups);
        double whole = upTo[^1].Average();
        return
        [
            .. steps.Select((_, i) => new ScenarioCell
            {
                Table = "one connection taken apart",
                Era = kind.Era,
                Mode = kind.Mode.Name,
                Parameters = new Dictionary<string, string> { ["part"] = i < Parts.Length ? Parts[i].Name : LastPart },
                Trials = upTo[i].Length,
                Figures = FiguresOf([.. upTo[i].Select((ns, group) => i == 0 ? ns : ns - upTo[i - 1][group])], upTo[i], whole),
            }),
        ];
    }

    private static ScenarioFigure[] FiguresOf(double[] part, double[] upTo, double whole) =>
    [
        ScenarioFigure.Mean("ns", MeanEstimate.Of(part)),
        ScenarioFigure.Exact("share", part.Average() / whole, isShare: true),
        ScenarioFigure.Mean("ns up to here", MeanEstimate.Of(upTo)),
    ];

    /// <summary>The steps take turns round by round, until there are so many groups or the run is stopped.</summary>
    /// <returns>For each step a value of each group.</returns>
    private static double[][] Medians(Func<double>[] steps, ScenarioContext context, int groups)
    {
        foreach (Func<double> step in steps)
        {
            _ = step(); // compiled, and slots in the order of an expiry
        }

        List<double>[] medians = [.. steps.Select(_ => new List<double>(groups))];
        while (medians[0].Count < groups && (medians[0].Count == 0 || !context.Cancellation.IsCancellationRequested))
        {
            double[][] rounds = [.. Enumerable.Range(0, RoundsOfGroup).Select(_ => steps.Select(step => step()).ToArray())];
            for (int i = 0; i < steps.Length; i++)
            {
                medians[i].Add(SampleStatistics.Instance.Median([.. rounds.Select(round => round[i])]).Value);
            }
        }

        return [.. medians.Select(values => values.ToArray())];
    }

    /// <summary>A kind of connections.</summary>
    private sealed record KindTime(PathKind Kind, ScenarioContext Context, int Groups, int Connections) : IEraExperiment
    {
        // Bytes 0 to 7 of every address: 2001:db8::.
        private const ulong Prefix = 0xB80D_0120;

        public ScenarioCell Run<TEra>(Era era)
            where TEra : struct, IEra => Kind.IsIPv6
            ? Measure<IPv6Address, TEra>(era, address => new IPv6Address(Prefix, address.LowWord << 32))
            : Measure<IPv4Address, TEra>(era, address => address);

        private ScenarioCell Measure<TAddress, TEra>(Era era, Func<IPv4Address, TAddress> addressOf)
            where TAddress : unmanaged, IAddress<TAddress>
            where TEra : struct, IEra
        {
            using var bench = new PathBench<TAddress, TEra>(era, Kind, addressOf, Connections, Context.Seed);
            double[] ns = Medians([bench.ConnectNs], Context, Groups)[0];
            return new ScenarioCell
            {
                Table = "what is covered and what is not",
                Era = era.Name,
                Mode = Kind.Mode.Name,
                Parameters = new Dictionary<string, string> { ["connections"] = Kind.Name },
                Trials = ns.Length,
                Figures =
                [
                    ScenarioFigure.Mean("ns", MeanEstimate.Of(ns)),
                    ScenarioFigure.Exact("short path", bench.ShortPathShare, isShare: true),
                    ScenarioFigure.Exact("probes per connection", bench.ProbesPerConnection),
                ],
            };
        }
    }
}
