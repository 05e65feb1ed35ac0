using NatAllocBench.Netfilter.Random;

namespace NatAllocBench.Allocators.Race;

/// <summary>The flows that stand when a race begins: their ports are spread at random, the same for every system.</summary>
internal static class StandingPorts
{
    /// <summary>Takes a share of the ports of every address towards every destination.</summary>
    public static void Fill(SystemTable table, PortRange range, double occupancy, int destinations, int pool, ref CpuRandom random)
    {
        int standing = (int)Math.Round(occupancy * range.Count);
        ushort[] ports = AllPorts(range);
        for (int destination = 0; destination < destinations && standing > 0; destination++)
        {
            for (int address = 0; address < pool; address++)
            {
                random.Shuffle<ushort>(ports);
                for (int i = 0; i < standing; i++)
                {
                    Take(table, destination, SystemSetup.Address + (uint)address, ports[i]);
                }
            }
        }
    }

    /// <summary>Takes a share of the ports of one address once, each towards the next of the destinations.</summary>
    public static void Spread(SystemTable table, PortRange range, double occupancy, int destinations, ref CpuRandom random)
    {
        ushort[] ports = AllPorts(range);
        random.Shuffle<ushort>(ports);
        int standing = (int)Math.Round(occupancy * range.Count);
        for (int i = 0; i < standing; i++)
        {
            Take(table, i % destinations, SystemSetup.Address, ports[i]);
        }
    }

    private static void Take(SystemTable table, int destination, uint address, ushort port) => table.Fill(
        new FlowTuple<uint>(SystemFlows.Protocol, SystemFlows.Destination(destination), SystemFlows.DestinationPort, address, port));

    private static ushort[] AllPorts(PortRange range) => [.. Enumerable.Range(range.First, range.Count).Select(port => (ushort)port)];
}
