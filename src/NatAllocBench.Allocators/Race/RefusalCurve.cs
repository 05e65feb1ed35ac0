using NatAllocBench.Netfilter.Random;

namespace NatAllocBench.Allocators.Race;

/// <summary>What a system does at one occupancy.</summary>
/// <param name="Occupancy">Share of the ports of each destination in use.</param>
/// <param name="Attempts">Connections tried.</param>
/// <param name="Refused">Connections refused.</param>
/// <param name="ProbesP50">Median of the candidates asked for, refused connections left out; null if all were refused.</param>
/// <param name="ProbesP99">99th percentile of them.</param>
public sealed record RefusalPoint(double Occupancy, int Attempts, int Refused, int? ProbesP50, int? ProbesP99)
{
    /// <summary>Share refused.</summary>
    public double Rate => (double)Refused / Attempts;
}

/// <summary>Refusal and probes against occupancy: ports in use spread at random, one connection after another, each closed at once.</summary>
public static class RefusalCurve
{
    /// <summary>Measures one point; all draws follow from the seed.</summary>
    public static RefusalPoint At(RacedSystem system, PortRange range, double occupancy, int destinations, int attempts, ulong seed)
    {
        int standing = (int)Math.Round(occupancy * range.Count);
        SystemTable table = system.Create(new SystemSetup(range.First, range.Last, Workers: 1, (standing * destinations) + 16, seed));
        var random = new CpuRandom(seed);
        ushort[] ports = [.. Enumerable.Range(range.First, range.Count).Select(port => (ushort)port)];
        for (int destination = 0; destination < destinations; destination++)
        {
            random.Shuffle<ushort>(ports);
            for (int i = 0; i < standing; i++)
            {
                table.Fill(SystemFlows.Protocol, SystemFlows.Destination(destination), SystemFlows.DestinationPort, ports[i]);
            }
        }

        var flows = new SystemFlows(clients: 40, destinations, range.First, range.Last, random.Next64());
        var probes = new List<int>(attempts);
        for (int i = 0; i < attempts; i++)
        {
            FlowTuple<uint> flow = flows.Next(i);
            if (table.TryOnce(in flow) is { } asked)
            {
                probes.Add(asked);
            }
        }

        probes.Sort();
        return new RefusalPoint(occupancy, attempts, attempts - probes.Count, Percentile(probes, 0.5), Percentile(probes, 0.99));
    }

    private static int? Percentile(List<int> sorted, double share) =>
        sorted.Count == 0 ? null : sorted[Math.Min(sorted.Count - 1, (int)(share * sorted.Count))];
}
