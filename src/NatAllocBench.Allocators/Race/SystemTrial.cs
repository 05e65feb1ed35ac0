using NatAllocBench.Netfilter.Random;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Meeting;

namespace NatAllocBench.Allocators.Race;

/// <summary>What the workers of a trial do.</summary>
/// <param name="Clients">Clients, at least 1.</param>
/// <param name="Destinations">Destinations, at least 1.</param>
/// <param name="Occupancy">Share of the ports of each destination in use at the start.</param>
/// <param name="WindowNs">Busy wait between choice and insertion, ns.</param>
/// <param name="BurstOffsetNs">Workers meet and start at offsets uniform in 0 to this, every client once; null: each starts when it can.</param>
/// <param name="Connections">Connections in all.</param>
public sealed record SystemWorkload(
    int Clients, int Destinations, double Occupancy, double WindowNs, double? BurstOffsetNs, int Connections);

/// <summary>What a trial came to, after it was proven against the table.</summary>
/// <param name="Attempts">Connections.</param>
/// <param name="Lost">Lost in the window.</param>
/// <param name="Refused">Refused by the allocator.</param>
/// <param name="Probes">Candidates asked for.</param>
/// <param name="PerSecond">Connections per second of all workers.</param>
public sealed record SystemResult(long Attempts, long Lost, long Refused, long Probes, double PerSecond);

/// <summary>A table contradicts the counts of the workers: a defect of this program.</summary>
public sealed class SystemContradictionException(string message) : Exception(message);

/// <summary>One trial of a system: a fresh table, filled, and a pinned worker per CPU.</summary>
public static class SystemTrial
{
    private const double LeadNs = 2000;
    private static readonly PortRange EphemeralPorts = new(32768, 60999);

    /// <summary>Runs a trial.</summary>
    /// <returns>The result; null if it was cancelled.</returns>
    /// <exception cref="SystemContradictionException">Counts and table disagree.</exception>
    public static SystemResult? Run(
        RacedSystem system,
        PortRange range,
        SystemWorkload workload,
        IReadOnlyList<int> cpus,
        ulong seed,
        CancellationToken cancellation = default)
    {
        int standing = (int)Math.Round(workload.Occupancy * range.Count);
        var setup = new SystemSetup(
            range.First, range.Last, cpus.Count, (standing * workload.Destinations) + workload.Connections + 16, seed);
        SystemTable table = system.Create(setup);
        var random = new CpuRandom(seed);
        Fill(table, range, workload.Destinations, standing, ref random);
        long before = table.Count;
        FlowTuple<uint>[][] flows = [.. Enumerable.Range(0, cpus.Count).Select(worker => Flows(workload, worker, cpus.Count, seed))];
        SystemTally[] tallies = [.. cpus.Select(_ => new SystemTally())];
        (ulong Start, ulong End)[] times = new (ulong, ulong)[cpus.Count];
        var gate = new StartGate(cpus.Count);
        var barrier = new SpinBarrier(cpus.Count);
        PinnedWorkers.Run(
            cpus,
            worker =>
            {
                if (gate.Wait(out _, out _))
                {
                    times[worker] = Work(table, workload, worker, flows[worker], tallies[worker], barrier, seed, cancellation);
                }
            },
            [gate, barrier],
            () => gate.OpenWhenReady(StartGate.DefaultLead),
            cancellation);
        if (cancellation.IsCancellationRequested)
        {
            return null;
        }

        Prove(table, before, tallies);
        double seconds = TickClock.ToNanoseconds(times.Max(time => time.End) - times.Min(time => time.Start)) / 1e9;
        return new SystemResult(
            tallies.Sum(tally => tally.Attempts),
            tallies.Sum(tally => tally.Lost),
            tallies.Sum(tally => tally.Refused),
            tallies.Sum(tally => tally.Probes),
            tallies.Sum(tally => tally.Attempts) / seconds);
    }

    private static void Fill(SystemTable table, PortRange range, int destinations, int standing, ref CpuRandom random)
    {
        ushort[] ports = [.. Enumerable.Range(range.First, range.Count).Select(port => (ushort)port)];
        for (int destination = 0; destination < destinations; destination++)
        {
            random.Shuffle<ushort>(ports);
            for (int i = 0; i < standing; i++)
            {
                table.Fill(SystemFlows.Protocol, SystemFlows.Destination(destination), SystemFlows.DestinationPort, ports[i]);
            }
        }
    }

    private static FlowTuple<uint>[] Flows(SystemWorkload workload, int worker, int workers, ulong seed)
    {
        var source = new SystemFlows(
            workload.Clients, workload.Destinations, EphemeralPorts.First, EphemeralPorts.Last, seed ^ (0x9E3779B97F4A7C15UL * (ulong)(worker + 1)));
        var flows = new FlowTuple<uint>[(workload.Connections / workers) + (worker < workload.Connections % workers ? 1 : 0)];
        for (int i = 0; i < flows.Length; i++)
        {
            flows[i] = source.Next(worker + (i * workers)); // client c belongs to worker c mod workers
        }

        return flows;
    }

    private static (ulong Start, ulong End) Work(
        SystemTable table,
        SystemWorkload workload,
        int worker,
        FlowTuple<uint>[] flows,
        SystemTally tally,
        SpinBarrier barrier,
        ulong seed,
        CancellationToken cancellation)
    {
        ulong window = TickClock.FromNanoseconds(workload.WindowNs);
        ulong start = TickClock.Now();
        if (workload.BurstOffsetNs is not { } spread)
        {
            table.Connect(worker, flows, window, tally);
            return (start, TickClock.Now());
        }

        var random = new CpuRandom(seed - (ulong)worker);
        int perRound = Math.Max(1, workload.Clients / barrier.Participants);
        int rounds = (workload.Connections / barrier.Participants) / perRound;
        for (int round = 0; round < rounds && !cancellation.IsCancellationRequested; round++)
        {
            if (!barrier.SignalAndWait(TickClock.FromNanoseconds(LeadNs), out ulong common))
            {
                break;
            }

            BusyWait.Until(common + TickClock.FromNanoseconds(spread * random.NextUnit()));
            table.Connect(worker, flows.AsSpan(round * perRound, perRound), window, tally);
        }

        return (start, TickClock.Now());
    }

    private static void Prove(SystemTable table, long before, SystemTally[] tallies)
    {
        long expected = before + tallies.Sum(tally => tally.Inserted);
        long found = table.Count;
        if (found != expected)
        {
            throw new SystemContradictionException($"standing + inserted is {expected}, but a walk of the table finds {found}");
        }
    }
}
