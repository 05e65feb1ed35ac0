using NatAllocBench.Results.Model;

namespace NatAllocBench.Scenarios.Eviction;

/// <summary>What eviction of closed connections (6.5 and later) saves where every port is taken.</summary>
internal sealed class EvictionScenario : IScenario
{
    private static readonly double[] Shares = [1, 0.5, 0.1, 0.01, 0.001, 0];

    public string Name => "eviction";

    public string Summary => "Every port taken, most of them by closed connections: who still gets one, before 6.5 and since.";

    public IReadOnlyList<string> Notes { get; } =
    [
        "Era 6.3 is 6.3 and 6.4. A closed connection is in TIME_WAIT; the others are established and never evicted.",
        "Sequence numbers are random: a SYN may evict a connection whose last sequence number lies below its own, half of them.",
        "The evicted connection is put back after each row's attempt, so that the range stays full.",
    ];

    public IEnumerable<ScenarioCell> Run(ScenarioContext context)
    {
        foreach (string era in (string[])["6.3", "6.5"])
        {
            foreach (double share in Shares)
            {
                yield return EraExperiment.Run(era, new FullPool(share, 65_535, context.Seed));
            }
        }

        foreach (string era in (string[])["6.3", "6.5"])
        {
            foreach (double share in (double[])[1, 0.5, 0.1])
            {
                yield return EraExperiment.Run(era, new FullPool(share, 1_123, context.Seed));
            }
        }
    }
}
