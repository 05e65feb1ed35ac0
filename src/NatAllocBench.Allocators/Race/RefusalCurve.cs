using NatAllocBench.Netfilter.Random;

namespace NatAllocBench.Allocators.Race;

/// <summary>What a system does at one occupancy of one fill.</summary>
/// <param name="Occupancy">Share of the ports in use.</param>
/// <param name="Attempts">Connections tried.</param>
/// <param name="Probes">Candidates that each connection asked for, those refused left out.</param>
internal sealed record RefusalPoint(double Occupancy, int Attempts, IReadOnlyList<int> Probes)
{
    /// <summary>Connections refused.</summary>
    public int Refused => Attempts - Probes.Count;
}

/// <summary>
/// Refusal and probes against occupancy: ports in use spread at random, one connection after another, each closed at once. Client ports are
/// uniform in the system's range, so that a system which keeps ports meets the same occupancy with its first candidate as with the others.
/// </summary>
/// <param name="System">What is measured.</param>
/// <param name="Range">Its ports.</param>
/// <param name="Destinations">Destinations; each port in use is towards one of them.</param>
/// <param name="Pool">NAT addresses; that share of the ports of each is in use.</param>
internal sealed record RefusalCurve(RacedSystem System, PortRange Range, int Destinations = 1, int Pool = 1)
{
    private const int Clients = 40;

    /// <summary>
    /// Fills one table step by step. What is measured in one fill hangs together: the same ports are in use for all its connections.
    /// </summary>
    /// <param name="occupancies">The steps, in rising order.</param>
    /// <param name="attempts">Connections at each step.</param>
    /// <param name="seed">All draws follow from it.</param>
    /// <returns>A point for each step.</returns>
    public IReadOnlyList<RefusalPoint> Fill(IReadOnlyList<double> occupancies, int attempts, ulong seed)
    {
        int most = (int)Math.Round(occupancies[^1] * Range.Count) * Pool;
        using SystemTable table = System.Create(new SystemSetup(Range, Workers: 1, most + 16, Pool, seed));
        var random = new CpuRandom(seed);
        var orders = new ushort[Pool][];
        for (int address = 0; address < Pool; address++)
        {
            orders[address] = StandingPorts.Order(Range, ref random);
        }

        var points = new List<RefusalPoint>();
        int standing = 0;
        foreach (double occupancy in occupancies)
        {
            int wanted = (int)Math.Round(occupancy * Range.Count);
            for (int address = 0; address < Pool; address++)
            {
                StandingPorts.Grow(table, orders[address], standing, wanted, address, Destinations);
            }

            standing = wanted;
            points.Add(new RefusalPoint(occupancy, attempts, Probes(table, attempts, ref random)));
        }

        return points;
    }

    private List<int> Probes(SystemTable table, int attempts, ref CpuRandom random)
    {
        var probes = new List<int>(attempts);
        for (int i = 0; i < attempts; i++)
        {
            var flow = new FlowTuple<uint>(
                SystemFlows.Protocol,
                SystemFlows.FirstClient + (uint)(i % Clients),
                (ushort)(Range.First + random.NextBelow((uint)Range.Count)),
                SystemFlows.Destination((int)random.NextBelow((uint)Destinations)),
                SystemFlows.DestinationPort);
            if (table.TryOnce(in flow) is { } asked)
            {
                probes.Add(asked);
            }
        }

        return probes;
    }
}
