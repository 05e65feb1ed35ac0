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
internal static class EventModel
{
    private const int Connections = 20_000;
    private const int Seeds = 3;
    private static readonly UInt128 FirstClient = EntryTuple.OfIPv4(0x0A00_0002);
    private static readonly UInt128 Server = EntryTuple.OfIPv4(0xC612_0000);

    /// <summary>Expected overlapping partners of a connection. The same input gives the same result.</summary>
    public static double Overlap(double perSecond, double windowSeconds, double pathSeconds, int cpus)
    {
        var random = new CpuRandom(1);
        double at = 0;
        var connections = new RecordedConnection[Connections];
        for (int i = 0; i < connections.Length; i++)
        {
            at -= Math.Log(1 - random.NextUnit()) / perSecond;
            connections[i] = new RecordedConnection
            {
                Start = at,
                Cpu = (int)random.NextBelow((uint)cpus),
                Protocol = 6,
                Client = FirstClient + (uint)i,
                ClientKey = 40_000,
                Remote = Server,
                RemoteKey = 80,
            };
        }

        ReplayRow row = ReplayRow.Of(
            new WhatIf { Era = EraCatalog.Get("4.14"), Mode = PortMode.Default },
            [new Recording { Connections = connections }],
            new ReplayOptions { Window = windowSeconds, Path = pathSeconds, Cpus = cpus, Seeds = Seeds });
        double loss = row.Mean / row.Connections;
        return loss / (1 - loss);
    }
}
