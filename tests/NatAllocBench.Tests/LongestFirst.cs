using NatAllocBench.Tests.CommandLine;
using NatAllocBench.Tests.LiveKernel.Truth;
using NatAllocBench.Tests.Predicting;
using NatAllocBench.Tests.Results;
using NatAllocBench.Tests.Scenarios;
using NatAllocBench.Tests.Sweeping;
using Xunit.Abstractions;

namespace NatAllocBench.Tests;

/// <summary>Starts the classes that take longest first: what is started last would run alone at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
    [
        InProcess.Name, nameof(StopTests), nameof(HostileFileTests), nameof(ModelAgainstRecordedKernelsTests), nameof(PredictionTests),
        nameof(SweepCommandTests), nameof(FindingsTests), nameof(PresetCommandTests), nameof(HostileRunTests),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection =>
            Array.FindIndex(Long, name => collection.DisplayName.EndsWith(name, StringComparison.Ordinal)) is >= 0 and var place
                ? place
                : Long.Length);
}
