using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Node.Lines;
using NatAllocBench.Node.Planning;
using NatAllocBench.Node.Recordings;
using NatAllocBench.Node.Replaying;

namespace NatAllocBench.Predicting;

/// <summary>
/// How many partners overlap with a connection when CPUs are busy and connections wait for them: the replay engine on invented arrivals,
/// in an era in which every overlap is a loss (one rover, and one port that all clients would keep).
/// </summary>
/// <remarks>The same input gives the same result.</remarks>
internal static class EventModel
{
    private const int Connections = 20_000;
    private const int Seeds = 3;
    private const int LongBurst = 400;
    private const int LongBurstOfCpu = 8;
    private static readonly UInt128 FirstClient = EntryTuple.OfIPv4(0x0A00_0002);
    private static readonly UInt128 Server = EntryTuple.OfIPv4(0xC612_0000);

    /// <summary>Expected overlapping partners of a connection of free clients.</summary>
    public static double OfPoisson(double perSecond, double windowSeconds, double pathSeconds, int cpus)
    {
        var random = new CpuRandom(1);
        double at = 0;
        var connections = new RecordedConnection[Connections];
        for (int i = 0; i < connections.Length; i++)
        {
            at -= Math.Log(1 - random.NextUnit()) / perSecond;
            connections[i] = Connection(i, at, (int)random.NextBelow((uint)cpus));
        }

        return Overlap(connections, windowSeconds, pathSeconds, cpus, Seeds);
    }

    /// <summary>
    /// Expected overlapping partners of a connection of clients that wake together: the clients of each CPU send one after the other, from
    /// an offset uniform in 0 to D. Offsets are spread evenly (Roberts's sequence), so that one seed is enough. In a long burst its ends,
    /// where some CPUs are done, do not count, and one of a few hundred clients has the overlap of a longer one.
    /// </summary>
    public static double OfBursts(int clients, double offsetSeconds, double windowSeconds, double pathSeconds, int cpus)
    {
        clients = Math.Min(clients, Math.Max(LongBurst, LongBurstOfCpu * cpus));
        int bursts = Math.Max(1, Connections / clients);
        int each = (clients + cpus - 1) / cpus;
        double turn = windowSeconds + pathSeconds;
        double apart = offsetSeconds + ((each + 1) * turn);
        double step = SequenceStep(cpus);
        var connections = new RecordedConnection[bursts * clients];
        for (int i = 0; i < connections.Length; i++)
        {
            int burst = i / clients;
            (int before, int cpu) = Math.DivRem(i % clients, cpus);
            double place = (0.5 + ((burst + 1) * Math.Pow(step, -(cpu + 1)))) % 1;
            connections[i] = Connection(i, (burst * apart) + (place * offsetSeconds) + (before * turn), cpu);
        }

        return Overlap(connections, windowSeconds, pathSeconds, cpus, seeds: 1);
    }

    private static double Overlap(RecordedConnection[] connections, double window, double path, int cpus, int seeds)
    {
        ReplayRow row = ReplayRow.Of(
            new WhatIf { Era = EraCatalog.Get("4.14"), Mode = PortMode.Default },
            [new Recording { Connections = connections }],
            new ReplayOptions { Window = window, Path = path, Cpus = cpus, Seeds = seeds });
        double loss = row.Mean / row.Connections;
        return loss / (1 - loss);
    }

    private static RecordedConnection Connection(int number, double at, int cpu) => new()
    {
        Start = at,
        Cpu = cpu,
        Protocol = 6,
        Client = FirstClient + (uint)number,
        ClientKey = 40_000,
        Remote = Server,
        RemoteKey = 80,
    };

    /// <summary>The positive root of x^(d+1) = x + 1.</summary>
    private static double SequenceStep(int dimensions)
    {
        const int Enough = 60;
        double root = 1.5;
        for (int i = 0; i < Enough; i++)
        {
            root = Math.Pow(1 + root, 1.0 / (dimensions + 1));
        }

        return root;
    }
}
