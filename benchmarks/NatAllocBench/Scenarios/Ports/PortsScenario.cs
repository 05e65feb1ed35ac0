using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Scenarios.Ports;

/// <summary>Which ports a search never tries, and which it tries too often.</summary>
internal sealed class PortsScenario : IScenario
{
    private static readonly int[] Sizes = [1, 2, 10, 100, 128, 129, 1_000, 1_024, 5_000, 32_768, 50_000, RaceWorkload.AllPorts];

    public string Name => "ports";

    public string Summary => "Ranges of 1 to 64512 ports: which ports a search never tries, and which come up twice as often.";

    public IReadOnlyList<string> Notes { get; } =
    [
        "The offset of a search is 16 bits wide and wraps at 65536, not at the size of the range.",
        "Up to 4.20 a search makes as many attempts as the range has ports; from 5.0 on 128 + 64 + 32 + 16 + 8 in a range above 128.",
    ];

    public IEnumerable<ScenarioCell> Run(ScenarioContext context)
    {
        foreach (string era in (string[])["4.14", "5.10"])
        {
            foreach (int size in Sizes)
            {
                yield return EraExperiment.Run(era, new NeverTried(size, context.Seed));
            }
        }

        foreach (string era in (string[])["3.14", "4.14", "4.14-lts", "5.10", "6.12"])
        {
            foreach (ushort clientPort in (ushort[])[40_000, 700, 300])
            {
                yield return EraExperiment.Run(era, new StartWeights(clientPort, context.Seed));
            }
        }
    }
}
