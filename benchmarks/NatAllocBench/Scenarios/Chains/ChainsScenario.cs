using NatAllocBench.Results.Model;

namespace NatAllocBench.Scenarios.Chains;

/// <summary>The chain limit of 5.15 and its repair in 6.3: connections lost without any race.</summary>
internal sealed class ChainsScenario : IScenario
{
    private static readonly double[] Loads = [0.5, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32];

    public string Name => "chains";

    public string Summary => "Connections refused because a hash chain is long, in tables with more entries than buckets.";

    public IReadOnlyList<string> Notes { get; } =
    [
        "5.15 and later allow one entry per bucket by default; more means that nf_conntrack_max was raised without nf_conntrack_buckets.",
        "The standing entries were put there without the limit, so that chains have their natural lengths. Every entry is in two chains.",
        "A limit is drawn for every confirm and holds for each of its two chains.",
    ];

    public IEnumerable<ScenarioCell> Run(ScenarioContext context)
    {
        foreach (string era in (string[])["5.14", "5.15", "6.3"])
        {
            foreach (double load in Loads)
            {
                yield return EraExperiment.Run(era, new LongChains(load, context.Seed));
            }
        }
    }
}
