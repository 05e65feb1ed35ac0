using NatAllocBench.Platform.Cpus;
using NatAllocBench.Results.Model;
using NatAllocBench.Scenarios.Churn;

namespace NatAllocBench.Scenarios;

/// <summary>An experiment with one question. Rows are yielded as they are measured, so that an interrupted run keeps them.</summary>
internal interface IScenario
{
    string Name { get; }

    /// <summary>The question, in one sentence.</summary>
    string Summary { get; }

    /// <summary>What a reader must know about the rows.</summary>
    IReadOnlyList<string> Notes { get; }

    IEnumerable<ScenarioCell> Run(ScenarioContext context);
}

/// <summary>What a scenario is given.</summary>
/// <param name="Seed">Everything drawn follows from it.</param>
/// <param name="Cpus">CPUs for the parts that need real threads.</param>
/// <param name="Churn">What the clients of the churn scenario do.</param>
/// <param name="Cancellation">Looked at by parts that take long; between rows the runner looks.</param>
internal sealed record ScenarioContext(ulong Seed, CpuSet Cpus, ChurnOptions Churn, CancellationToken Cancellation);
