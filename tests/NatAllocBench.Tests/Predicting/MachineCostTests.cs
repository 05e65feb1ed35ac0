using NatAllocBench.Tests.CommandLine;
using NatAllocBench.Tests.Platform;
using NatAllocBench.Tests.Racing.Race;
using NatAllocBench.Tests.Repository;

namespace NatAllocBench.Tests.Predicting;

/// <summary>Forecasts from windows that are raced here: nothing may run beside.</summary>
[Collection(Alone.Name)]
public sealed class MachineCostTests
{
    [TwoCpuFact]
    public void Window_and_path_are_measured_here_if_asked()
    {
        ProgramRun run = ProgramRun.Of(
            RepositoryRoot.Path, _ => { }, "predict", "--from", "machine", "--cpu-count", "2", "--eras", "4.14", "--until", "rate");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Matches(@"window [1-9]\d* ns, path [1-9]\d* ns: the model's own on this machine, \d+ trials on 2 CPUs", run.Output);
        Assert.Contains("the highest rate at which at most 0.1 % of the connections fail", run.Output, StringComparison.Ordinal);
    }
}
