using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Tracing;
using NatAllocBench.Tracing;

namespace NatAllocBench.Tests.Tracing;

/// <summary>A collision as a trace would hold it; one tick is one nanosecond.</summary>
internal static class MadeCollision
{
    public static Collision Of(string protocol = "tcp", string era = "4.14")
    {
        var trial = new TracedTrial
        {
            Number = 1,
            Era = era,
            Mode = "default",
            Protocol = protocol,
            Workload = "made",
            Workers = 2,
            SampleEvery = 1,
            NanosecondsPerTick = 1,
        };
        trial.Mark(1_000_000, 5);
        TracedConnection winner = Connection(1, 0, "10.0.0.2", 1_000_000);
        TracedConnection loser = Connection(2, 1, "10.0.0.3", 1_000_700);
        loser.Result = ConfirmResult.Clash;
        trial.Retransmissions.Add(new TracedRetransmission(
            1, 0, loser.Client, loser.ClientPort, loser.Destination, loser.NatAddress, 41000, ConfirmResult.Clash));
        trial.Retransmissions.Add(new TracedRetransmission(
            1, 1, loser.Client, loser.ClientPort, loser.Destination, loser.NatAddress, 41001, ConfirmResult.Inserted));
        return new Collision
        {
            Number = 1,
            Trial = trial,
            Loser = loser,
            Winner = winner,
            WinnerClient = winner.Client,
            WinnerPort = winner.ClientPort,
            Cause = FailureCause.Search,
        };
    }

    public static TracedConnection Connection(uint number, int cpu, string client, ulong start, int? worker = null) => new()
    {
        Number = number,
        Worker = worker ?? cpu,
        Cpu = cpu,
        Client = IPv4Address.Parse(client),
        ClientPort = 33000,
        Destination = IPv4Address.Parse("198.18.0.0"),
        DestinationPort = 80,
        Sequence = 0xDEADBEEF,
        StartTick = start,
        Probes = 2,
        AllocatedTick = start + 400,
        ConfirmTick = start + 1200,
        EndTick = start + 1300,
        NatAddress = IPv4Address.Parse("203.0.113.1"),
        NatPort = 40000,
    };
}
