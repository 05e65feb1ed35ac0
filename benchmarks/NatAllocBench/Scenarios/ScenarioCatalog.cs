using NatAllocBench.Scenarios.Chains;
using NatAllocBench.Scenarios.Churn;
using NatAllocBench.Scenarios.Convoys;
using NatAllocBench.Scenarios.DnatDns;
using NatAllocBench.Scenarios.Eviction;
using NatAllocBench.Scenarios.Exhaustion;
using NatAllocBench.Scenarios.Findings;
using NatAllocBench.Scenarios.Ports;
using NatAllocBench.Scenarios.ShortPath;

namespace NatAllocBench.Scenarios;

/// <summary>All scenarios by name.</summary>
internal static class ScenarioCatalog
{
    public static IReadOnlyList<IScenario> All { get; } =
    [
        new DnatDnsScenario(),
        new ExhaustionScenario(),
        new EvictionScenario(),
        new ChainsScenario(),
        new PortsScenario(),
        new ChurnScenario(),
        new ConvoyScenario(),
        new ShortPathScenario(),
        .. FindingsScenario.Parts,
        new FindingsScenario(),
    ];

    public static IScenario? Find(string name) => All.FirstOrDefault(scenario => scenario.Name == name);
}
