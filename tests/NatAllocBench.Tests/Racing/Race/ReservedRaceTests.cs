using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Tests.Racing.Race;

/// <summary>A port that is reserved when it is chosen is not lost: no connection fails at confirm that did not know it before.</summary>
public class ReservedRaceTests
{
    public static TheoryData<string> AllEras => [.. EraCatalog.All.Select(era => era.Name)];

    [Theory]
    [MemberData(nameof(AllEras))]
    public void No_era_loses_a_connection(string era)
    {
        foreach (RacedDesign design in RacedDesign.All.Where(design => design.IsWhatIf))
        {
            RequireNoLoss(Workload(design.Name, era) with { Arrival = Arrival.Parse("lockstep:200ns") });
        }
    }

    [Theory]
    [InlineData("4.14")]
    [InlineData("6.12")]
    public void No_mode_and_no_arrival_loses_a_connection(string era)
    {
        foreach (RaceMode mode in RaceMode.All.Where(mode => mode.WhyMissingIn(EraCatalog.Get(era)) is null))
        {
            RequireNoLoss(Workload("reserve", era) with { Mode = mode, Arrival = Arrival.Parse("bursts:1us") });
        }

        foreach (string arrival in new[] { "closed", "tick:5us", "poisson:1000000" })
        {
            RequireNoLoss(Workload("reserve", era) with { Arrival = Arrival.Parse(arrival) });
        }
    }

    [TwoCpuFact]
    public void The_kernels_own_way_loses_where_the_reserved_one_does_not()
    {
        RaceWorkload workload = Workload("kernel-locks", "6.12") with { Arrival = Arrival.Parse("lockstep:200ns"), Connections = 4_000 };

        // Other work may take a CPU in a whole trial.
        Assert.Contains(Enumerable.Range(0, 50), _ => Run(workload).All.FailedKeepPort > 0);
        Assert.Equal(0, Run(workload with { Design = RacedDesign.Reserve }).All.InsertFailed);
    }

    [Theory]
    [InlineData("4.14")]
    [InlineData("6.12")]
    public void An_exhausted_range_is_known_when_the_port_is_chosen(string era)
    {
        foreach (RacedDesign design in RacedDesign.All.Where(design => design.IsWhatIf))
        {
            TrialResult result = Run(
                Workload(design.Name, era) with
                {
                    PortMin = 30_000,
                    PortMax = 30_099,
                    Arrival = Arrival.Parse("bursts:1us"),
                    Connections = 400,
                });
            Assert.Equal(100, result.All.Confirmed);
            Assert.Equal(result.All.InsertFailed, result.All.FailedExhausted);
        }
    }

    private static void RequireNoLoss(RaceWorkload workload)
    {
        TrialResult result = Run(workload);
        Assert.True(result.All.Attempts >= workload.Connections);
        Assert.Equal(result.All.Attempts, result.All.Confirmed);
    }

    private static RaceWorkload Workload(string design, string era) => new()
    {
        Era = EraCatalog.Get(era),
        Mode = RaceMode.Default,
        Design = RacedDesign.Get(design),
        Clients = 40,
        SourcePorts = SourcePortChoice.Shared,
        Connections = 200,
    };

    private static TrialResult Run(RaceWorkload workload)
    {
        workload.Validate();
        CpuSet allowed = CpuSet.Allowed();
        return RaceTrial.Run(workload, [.. Enumerable.Range(0, 2).Select(i => allowed.Cpus[i % allowed.Count])], seed: 11)!;
    }
}
