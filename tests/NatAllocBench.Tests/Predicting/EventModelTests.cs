using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Node.Lines;
using NatAllocBench.Node.Planning;
using NatAllocBench.Node.Recordings;
using NatAllocBench.Node.Replaying;
using NatAllocBench.Prediction.Occupancy;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Model;
using NatAllocBench.Scenarios;
using NatAllocBench.Scenarios.Exhaustion;

namespace NatAllocBench.Tests.Predicting;

/// <summary>The event model, which is the replay engine on invented arrivals, against what does the same in another way.</summary>
public sealed class EventModelTests
{
    private const ushort FirstPort = 1024;

    /// <summary>Discrete check 5 of the model: the chance that two searches in 16 ports meet.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(12)]
    public void Two_searches_in_a_range_of_16_ports_meet_as_often_as_in_the_scenario_of_simultaneous_ones(int taken)
    {
        const int Ports = 16;
        const int Fills = 8;
        double[] scenario =
        [
            .. Enumerable.Range(1, Fills).Select(seed => EraExperiment.Run(
                "5.10", new SimultaneousSearches(RaceMode.RandomFully, FillKind.Self, (double)taken / Ports, Ports, 100, (ulong)seed * 100))
                .Figures.Single(figure => figure.Name == "two of them meet").Measured),
        ];
        double mean = scenario.Average();
        double error = Math.Sqrt(scenario.Sum(one => Math.Pow(one - mean, 2)) / (Fills - 1) / Fills);

        const int Destinations = 200;
        const int Seeds = 40;
        Recording pairs = new()
        {
            Connections =
            [
                .. from destination in Enumerable.Range(0, Destinations)
                from number in Enumerable.Range(0, taken + 2)
                let isFill = number < taken
                select Connection(destination + (isFill ? 1e-3 * number : 0.5), number, isFill ? 0 : number - taken, destination),
            ],
        };
        ReplayRow row = ReplayRow.Of(Gateway("5.10", PortMode.RandomFully, Ports), [pairs], new ReplayOptions { Seeds = Seeds });

        // One of two that meet is lost.
        double met = row.Search / Destinations;
        double counting = Math.Sqrt(met * (1 - met) / (Destinations * Seeds));
        Assert.InRange(met, mean - (4 * (error + counting)), mean + (4 * (error + counting)));
        Assert.InRange(error + counting, 0, 0.03);
    }

    /// <summary>What a forecast prints as probes, against the allocator itself on the same traffic.</summary>
    [Theory]
    [InlineData("5.10", PortMode.RandomFully)]
    [InlineData("4.14", PortMode.RandomFully)]
    [InlineData("4.14", PortMode.Random)]
    [InlineData("4.14", PortMode.Default)]
    public void Ports_that_a_connection_looks_at_are_those_of_the_allocator(string era, PortMode mode)
    {
        const int Ports = 1_000;
        const double PerSecond = 100;
        const double Taken = 8;
        const int Turnovers = 30;
        PlanRequest request = new()
        {
            Era = EraCatalog.Get(era),
            Mode = mode,
            Rate = PerSecond,
            Ports = Ports,
            Hold = Taken,
            TimeWait = 0,
        };
        SteadyState state = SteadyPorts.Of(request.PortsAt(PerSecond));
        var random = new CpuRandom(1);
        double at = 0;
        var connections = new RecordedConnection[(int)(Turnovers * PerSecond * Taken)];
        for (int i = 0; i < connections.Length; i++)
        {
            at -= Math.Log(1 - random.NextUnit()) / PerSecond;
            connections[i] = Connection(at, i, 0, 0) with { End = at + Taken };
        }

        ReplayRow row = ReplayRow.Of(
            Gateway(era, mode, Ports), [new Recording { Connections = connections }], new ReplayOptions { Seeds = 1, Cpus = 1 });
        Assert.InRange(state.ProbesP50, (0.9 * row.ProbesP50) - 1, (1.1 * row.ProbesP50) + 1);
        Assert.InRange(state.ProbesP99, (0.8 * row.ProbesP99) - 1, (1.25 * row.ProbesP99) + 1);
    }

    private static WhatIf Gateway(string era, PortMode mode, int ports) => new()
    {
        Era = EraCatalog.Get(era),
        Mode = mode,
        Low = FirstPort,
        High = (ushort)(FirstPort + ports - 1),
    };

    private static RecordedConnection Connection(double at, int client, int cpu, int destination) => new()
    {
        Start = at,
        Cpu = cpu,
        Protocol = 6,
        Client = EntryTuple.OfIPv4(0x0A000002 + (uint)client),
        ClientKey = 40_000,
        Remote = EntryTuple.OfIPv4(0xC6120000 + (uint)destination),
        RemoteKey = 443,
    };
}
