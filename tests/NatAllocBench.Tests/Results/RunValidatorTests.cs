using NatAllocBench.Results.Model;
using NatAllocBench.Results.Validation;

namespace NatAllocBench.Tests.Results;

public sealed class RunValidatorTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly RaceCell Sound = SampleRuns.Cell("default", [1000, 1000, 1000], [20, 25, 24]);

    [Fact]
    public void Sound_runs_have_no_faults()
    {
        Assert.Empty(RunValidator.Check(SampleRuns.Race(), Now));
        Assert.Empty(RunValidator.Check(SampleRuns.Throughput(SampleRuns.Design("batched", 1e6, 2e6, 3e6)), Now));
    }

    [Fact]
    public void A_missing_cell_with_its_reason_is_sound()
    {
        RaceCell missing = new()
        {
            System = "model",
            Era = "4.14",
            Mode = "random",
            Protocol = "tcp",
            Cpus = 2,
            Clients = 10,
            Destinations = 1,
            Missing = "cut by the user",
        };

        Assert.Empty(RunValidator.Check(SampleRuns.Race(missing), Now));
        Assert.Contains("cannot hold a measurement", Fault(Sound with { Missing = "why" }), StringComparison.Ordinal);
        Assert.Contains("missing must say why", Fault(missing with { Missing = null }), StringComparison.Ordinal);
    }

    public static TheoryData<string, RaceCell> FaultyCells => new()
    {
        { "is not confirmed", Sound with { Confirmed = Sound.Confirmed + 1 } },
        { "failedByClient adds up to 70", Sound with { FailedByClient = [35, 35] } },
        { "failed parts add up to 70", Sound with { FailedChain = 1 } },
        { "rate is 0.5", Sound with { Rate = 0.5, RateHigh = 0.6 } },
        { "not in order", Sound with { RateLow = 0.9 } },
        { "rateHigh is 1.5", Sound with { RateHigh = 1.5 } },
        { "rateLow is 0.001, but perTrial gives", Sound with { RateLow = 0.001 } },
        { "attempts is 3000, but perTrial gives 3001", Sound with { PerTrial = Sound.PerTrial! with { Attempts = [1001, 1000, 1000] } } },
        { "attempts has 2 values for 3 trials", Sound with { PerTrial = Sound.PerTrial! with { Attempts = [1500, 1500] } } },
        { "of -1 attempts", Sound with { PerTrial = Sound.PerTrial! with { Attempts = [-1, 2001, 1000] } } },
        { "connectionsPerSecondLow is null", Sound with { ConnectionsPerSecondLow = null } },
        { "portMax is 80", Sound with { PortMax = 80 } },
        { "occupancy is 1.2", Sound with { Occupancy = 1.2 } },
        { "windowAddedNs is -1", Sound with { WindowAddedNs = -1 } },
        { "windowP50Ns and windowP99Ns are not in order", Sound with { WindowP99Ns = 1 } },
        { "delayed.share is 2", Sound with { Delayed = [new(1, 2, 0, 1)] } },
        { "rateMethod is \"wilson\"", Sound with { RateMethod = "wilson" } },
        { "cpus is 0", Sound with { Cpus = 0 } },
    };

    [Theory]
    [MemberData(nameof(FaultyCells), DisableDiscoveryEnumeration = true)]
    public void A_faulty_cell_is_found_and_named(string fault, RaceCell cell) =>
        Assert.Contains(fault, Fault(cell), StringComparison.Ordinal);

    [Fact]
    public void A_faulty_throughput_cell_is_found_and_named()
    {
        ThroughputCell sound = SampleRuns.Design("batched", 1e6, 2e6, 3e6);

        IReadOnlyList<string> faults = RunValidator.Check(
            SampleRuns.Throughput(sound with { Best = 9e6 }, sound with { Threads = 4, Fairness = 2 }), Now);

        Assert.Equal(["cells[0].perRound: best is 9000000, but perRound gives 3000000", "cells[1]: fairness is 2, not 0 to 1"], faults);
    }

    [Fact]
    public void Faults_of_the_head_are_found()
    {
        RunRecord<RaceCell> run = SampleRuns.Race() with
        {
            StartedUtc = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.FromHours(1)),
            MeasuredCommit = "main",
            Machine = SampleRuns.Machine with { Cores = 0, CoreToCoreNs = [[null, 1]] },
        };

        IReadOnlyList<string> faults = RunValidator.Check(run, Now);

        string[] places = ["startedUtc", "startedUtc", "measuredCommit", "machine", "machine.coreToCoreNs"];
        Assert.Equal(places, faults.Select(f => f.Split(':')[0]));
    }

    [Fact]
    public void Two_cells_of_one_workload_are_a_fault() =>
        Assert.Contains("same workload", Assert.Single(RunValidator.Check(SampleRuns.Race(Sound, Sound), Now)), StringComparison.Ordinal);

    private static string Fault(RaceCell cell)
    {
        string all = string.Join('\n', RunValidator.Check(SampleRuns.Race(cell), Now));
        Assert.StartsWith("cells[0]", all, StringComparison.Ordinal);
        return all;
    }
}
