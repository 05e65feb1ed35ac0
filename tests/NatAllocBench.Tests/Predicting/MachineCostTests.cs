using NatAllocBench.Platform.Cpus;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Running;
using NatAllocBench.Tests.CommandLine;
using NatAllocBench.Tests.Platform;
using NatAllocBench.Tests.Racing.Race;
using NatAllocBench.Tests.Repository;

namespace NatAllocBench.Tests.Predicting;

/// <summary>Forecasts from windows that are raced here: nothing may run beside.</summary>
[Collection(Alone.Name)]
public sealed class MachineCostTests : IDisposable
{
    private readonly string _store = Directory.CreateTempSubdirectory("natab-costs-").FullName;

    public void Dispose() => Directory.Delete(_store, recursive: true);

    [TwoCpuFact]
    public void Window_and_path_are_measured_here_if_asked()
    {
        ProgramRun run = ProgramRun.Of(
            RepositoryRoot.Path, _ => { }, "predict", "--from", "machine", "--cpu-count", "2", "--eras", "4.14", "--until", "rate");
        if (IsBusy(run))
        {
            return;
        }

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Matches(@"window [1-9]\d* ns, path [1-9]\d* ns: the model's own on this machine, \d+ trials on 2 CPUs", run.Output);
        Assert.Contains("the highest rate at which at most 0.1 % of the connections fail", run.Output, StringComparison.Ordinal);
    }

    /// <summary>The newest race of this machine is used if there is one; those of other machines say nothing about its window.</summary>
    [TwoCpuFact]
    public void The_newest_race_of_this_machine_is_used_and_never_that_of_another()
    {
        string quick = Directory.EnumerateDirectories(
            Path.Combine(RepositoryRoot.Path, "results"), "*-quick", SearchOption.AllDirectories).First();
        RunRecord published = RunFormat.ReadFile(quick);
        MachineFacts here = RecordedMachine.Detect(CpuSet.Allowed());
        ProgramRun Predicted(MachineFacts machine)
        {
            string run = Directory.CreateDirectory(Path.Combine(_store, "a-machine", Path.GetFileName(quick))).FullName;
            File.WriteAllBytes(Path.Combine(run, "run.json"), RunFormat.Write(published with { Machine = machine }));
            return ProgramRun.Of("predict", "--results", _store, "--cpu-count", "2", "--eras", "4.14", "--modes", "default");
        }

        ProgramRun own = Predicted(here);
        Assert.True(own.ExitCode == 0, own.Error);
        Assert.Matches($@"the model's own, \d+ cells of a-machine/{Path.GetFileName(quick)}\n", own.Output);
        Assert.Equal("", own.Error);

        ProgramRun other = Predicted(here with { CpuModel = here.CpuModel + " of another make" });
        Assert.Contains("measuring window and path on this machine, 2 s", other.Error, StringComparison.Ordinal);
        if (IsBusy(other))
        {
            return;
        }

        Assert.True(other.ExitCode == 0, other.Error);
        Assert.Matches(@"the model's own on this machine, \d+ trials on 2 CPUs\n", other.Output);
    }

    /// <summary>A machine with other work has no window of its own: the program says so, and what to do.</summary>
    private static bool IsBusy(ProgramRun run)
    {
        bool isBusy = run.Error.Contains("--from machine: other work took the CPU", StringComparison.Ordinal);
        Assert.Equal(isBusy, run.ExitCode == 2);
        return isBusy;
    }
}
