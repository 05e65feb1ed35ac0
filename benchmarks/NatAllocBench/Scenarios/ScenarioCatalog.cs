using NatAllocBench.Scenarios.DnatDns;
using NatAllocBench.Scenarios.Exhaustion;

namespace NatAllocBench.Scenarios;

/// <summary>All scenarios by name.</summary>
internal static class ScenarioCatalog
{
    public static IReadOnlyList<IScenario> All { get; } =
    [
        new DnatDnsScenario(),
        new ExhaustionScenario(),
    ];

    public static IScenario? Find(string name) => All.FirstOrDefault(scenario => scenario.Name == name);
}
