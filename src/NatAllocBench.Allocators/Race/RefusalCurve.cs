using NatAllocBench.Netfilter.Random;

namespace NatAllocBench.Allocators.Race;

/// <summary>What a system does at one occupancy.</summary>
/// <param name="Occupancy">Share of the ports in use.</param>
/// <param name="Attempts">Connections tried.</param>
/// <param name="Refused">Connections refused.</param>
/// <param name="ProbesP50">Median of the candidates asked for, refused connections left out; null if all were refused.</param>
/// <param name="ProbesP99">99th percentile of them.</param>
/// <param name="ProbesMean">Their mean.</param>
internal sealed record RefusalPoint(double Occupancy, int Attempts, int Refused, int? ProbesP50, int? ProbesP99, double? ProbesMean)
{
    /// <summary>Share refused.</summary>
    public double Rate => (double)Refused / Attempts;
}

/// <summary>
/// Refusal and probes against occupancy: ports in use spread at random, one connection after another, each closed at once. Client ports are
/// uniform in the system's range, so that a system which keeps ports meets the same occupancy with its first candidate as with the others.
/// </summary>
internal static class RefusalCurve
{
    private const int Clients = 40;

    /// <summary>Measures one point towards one destination; all draws follow from the seed.</summary>
    public static RefusalPoint At(RacedSystem system, PortRange range, double occupancy, int attempts, ulong seed) =>
        Measure(system, range, occupancy, destinations: 1, pool: 1, attempts, seed);

    /// <summary>The same load, each of its ports towards one of several destinations.</summary>
    public static RefusalPoint Spread(RacedSystem system, PortRange range, double occupancy, int destinations, int attempts, ulong seed) =>
        Measure(system, range, occupancy, destinations, pool: 1, attempts, seed);

    /// <summary>The same share of the ports of several addresses.</summary>
    public static RefusalPoint Pooled(RacedSystem system, PortRange range, double occupancy, int pool, int attempts, ulong seed) =>
        Measure(system, range, occupancy, destinations: 1, pool, attempts, seed);

    private static RefusalPoint Measure(
        RacedSystem system, PortRange range, double occupancy, int destinations, int pool, int attempts, ulong seed)
    {
        int standing = (int)Math.Round(occupancy * range.Count) * pool;
        using SystemTable table = system.Create(new SystemSetup(range, Workers: 1, standing + 16, pool, seed));
        var random = new CpuRandom(seed);
        if (destinations == 1)
        {
            StandingPorts.Fill(table, range, occupancy, destinations, pool, ref random);
        }
        else
        {
            StandingPorts.Spread(table, range, occupancy, destinations, ref random);
        }

        random = new CpuRandom(random.Next64());
        var probes = new List<int>(attempts);
        for (int i = 0; i < attempts; i++)
        {
            var flow = new FlowTuple<uint>(
                SystemFlows.Protocol,
                SystemFlows.FirstClient + (uint)(i % Clients),
                (ushort)(range.First + random.NextBelow((uint)range.Count)),
                SystemFlows.Destination((int)random.NextBelow((uint)destinations)),
                SystemFlows.DestinationPort);
            if (table.TryOnce(in flow) is { } asked)
            {
                probes.Add(asked);
            }
        }

        probes.Sort();
        return new RefusalPoint(
            occupancy, attempts, attempts - probes.Count, Percentile(probes, 0.5), Percentile(probes, 0.99), probes.Count == 0 ? null : probes.Average());
    }

    private static int? Percentile(List<int> sorted, double share) =>
        sorted.Count == 0 ? null : sorted[Math.Min(sorted.Count - 1, (int)(share * sorted.Count))];
}
