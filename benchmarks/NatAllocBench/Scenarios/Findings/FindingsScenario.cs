using NatAllocBench.Results.Model;

namespace NatAllocBench.Scenarios.Findings;

/// <summary>All findings about other systems' allocators in one run; each is a scenario of its own too.</summary>
internal sealed class FindingsScenario : IScenario
{
    /// <summary>The findings.</summary>
    public static IReadOnlyList<IScenario> Parts { get; } =
    [
        new CiliumCycle(), new CiliumLife(), new JoolPoolCount(), new VppTries(), new OpenBsdLap(), new NpfStride(),
    ];

    public string Name => "findings";

    public string Summary => "What the allocators of other systems do that their users may not expect, each in a small table.";

    public IReadOnlyList<string> Notes { get; } = [.. Parts.SelectMany(part => part.Notes)];

    public IEnumerable<ScenarioCell> Run(ScenarioContext context) => Parts.SelectMany(part => part.Run(context));
}
