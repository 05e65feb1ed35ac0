using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Scenarios.Churn;

/// <summary>The table in its steady state, on a virtual clock.</summary>
internal sealed class ChurnScenario : IScenario
{
    private const uint EnoughEntries = 262_144;

    public string Name => "churn";

    public string Summary =>
        "Connections open, live, close, stay in TIME_WAIT and expire: the steady occupancy, and what is lost by which cause.";

    public IReadOnlyList<string> Notes { get; } =
    [
        "A virtual clock: the same seed gives the same run. Two CPUs; a SYN occupies its CPU for 2 us between allocation and confirm.",
        "One destination. Client ports as connect() of the era chooses them; a lost SYN is sent again as the era's kernel does.",
        "nf_conntrack_count includes entries that have expired and were not yet swept by the collector of the era.",
        "In the last rows nf_conntrack_max is half of what the load needs; connections in TIME_WAIT are assured and no victims of early "
            + "drop.",
    ];

    public IEnumerable<ScenarioCell> Run(ScenarioContext context)
    {
        foreach ((string era, RaceMode mode) in ((string, RaceMode)[])
        [
            ("4.14", RaceMode.Default), ("4.14", RaceMode.RandomFully), ("5.10", RaceMode.Default),
            ("5.17", RaceMode.Default), ("6.12", RaceMode.Default), ("6.12", RaceMode.RandomFully),
        ])
        {
            yield return EraExperiment.Run(era, new SteadyState(mode, context.Churn, EnoughEntries, context.Seed));
        }

        var half = (uint)Math.Max(1, context.Churn.Rate * (context.Churn.LifetimeSeconds + 120) / 2);
        foreach (string era in (string[])["4.14", "6.12"])
        {
            yield return EraExperiment.Run(era, new SteadyState(RaceMode.Default, context.Churn, half, context.Seed));
        }
    }
}
