using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Model;
using NatAllocBench.Tests.Platform;

namespace NatAllocBench.Tests.Racing.Race;

[Collection(Alone.Name)]
public class RoverTests
{
    [TwoCpuFact]
    public void A_compare_and_swap_gives_every_search_a_port_of_its_own()
    {
        TrialResult swapped = Run(RaceMode.RoverCas);

        // Other work may take a CPU in a whole trial.
        Assert.Contains(Enumerable.Range(0, 50), _ => Run(RaceMode.Default).All.FailedSearch > 0);
        Assert.Equal(0, swapped.All.FailedSearch);
    }

    [Fact]
    public void Alone_it_probes_no_more_than_the_plain_rover()
    {
        int[] cpu = [CpuSet.Allowed().Cpus[0]];
        TrialResult plain = RaceTrial.Run(Workload(RaceMode.Default), cpu, seed: 9)!;
        TrialResult swapped = RaceTrial.Run(Workload(RaceMode.RoverCas), cpu, seed: 9)!;

        Assert.True(swapped.Probes <= plain.Probes, $"{swapped.Probes} against {plain.Probes}");
    }

    [Fact]
    public void A_kernels_pace_replaces_window_path_and_arrival()
    {
        var pace = new KernelPace { WindowNs = 900, PathTimeNs = 6000, PacketsPerSecond = 250_000 };
        PresetSeries series = new OwnTiming(300, 400).Apply(pace, PresetFile.Load("quick")).Series[0];

        Assert.Equal(["600ns"], series.Window!);
        Assert.Equal(["5.6us"], series.PathTime!);
        Assert.Equal(["poisson:250000"], series.Arrival!);
    }

    [Fact]
    public void Entries_of_one_source_port_are_spread_by_the_search()
    {
        RaceWorkload workload =
            Workload(RaceMode.Default) with { Era = EraCatalog.Get("6.1"), Occupancy = 0.88, Clients = 40, Connections = 400 };
        int[] cpu = [CpuSet.Allowed().Cpus[0]];
        TrialResult self = RaceTrial.Run(workload with { Fill = FillKind.Self, SourcePorts = SourcePortChoice.Kernel }, cpu, seed: 9)!;
        TrialResult fixedPort = RaceTrial.Run(
            workload with { Fill = FillKind.Fixed, SourcePorts = SourcePortChoice.Kernel }, cpu, seed: 9)!;

        Assert.True(fixedPort.Found < self.Found, $"{fixedPort.Found} against {self.Found}");
    }

    private static RaceWorkload Workload(RaceMode mode) => new()
    {
        Era = EraCatalog.Get("4.14"),
        Mode = mode,
        Clients = 2000,
        Connections = 2000,
        WindowAddedNs = 2000,
        SourcePorts = SourcePortChoice.Fixed,
    };

    private static TrialResult Run(RaceMode mode) => RaceTrial.Run(Workload(mode), [.. CpuSet.Allowed().Cpus.Take(2)], seed: 9)!;
}
