using NatAllocBench.Results.Model;

namespace NatAllocBench.Scenarios.Convoys;

/// <summary>How much more <c>random</c> up to 4.20 loses than its windows explain, and whether searches that catch up explain it.</summary>
internal sealed class ConvoyScenario : IScenario
{
    /// <summary>Ports that stand at the start: every search walks over them.</summary>
    private static readonly int[] Standing = [100, 300, 1_000, 3_000];

    public string Name => "convoys";

    public string Summary =>
        "Long searches from one start: what random of the rover era loses beyond its windows, and whether catching up explains it.";

    public IReadOnlyList<string> Notes { get; } =
    [
        "Era 4.14, two real CPUs in a closed loop, one destination; nothing is added to the window.",
        "random starts every search at the same port and walks over all taken ones. The prediction is that of CPUs whose phases are "
            + "independent: loss a/(1 + a) with a = connections/s x window / 2.",
        "A possible cause, held against the losses: the searcher that follows finds the entries in the cache to which the one in front "
            + "has just brought them, and the one in front waits for each, so that the distance shrinks. With c the cost of a probe on "
            + "one CPU alone and h that of the one that follows, so that (c + h)/2 is what two CPUs take, (c - h)/c of the pairs meet and "
            + "half of them are lost: 'from catching up'.",
    ];

    public IEnumerable<ScenarioCell> Run(ScenarioContext context)
    {
        foreach (int entries in Standing)
        {
            yield return new ConvoyRace("random", entries).Run(context);
        }
    }
}
