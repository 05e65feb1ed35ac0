using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Scenarios;

/// <summary>An experiment that is compiled once for each kind of era.</summary>
internal interface IEraExperiment
{
    ScenarioCell Run<TEra>(Era era)
        where TEra : struct, IEra;
}

/// <summary>Runs experiments.</summary>
internal static class EraExperiment
{
    public static ScenarioCell Run(string era, IEraExperiment experiment) =>
        EraCatalog.Get(era).Accept<Visitor, ScenarioCell>(new Visitor(experiment));

    private readonly struct Visitor(IEraExperiment experiment) : IEraVisitor<ScenarioCell>
    {
        public ScenarioCell Visit<TEra>(Era era)
            where TEra : struct, IEra => experiment.Run<TEra>(era);
    }
}
