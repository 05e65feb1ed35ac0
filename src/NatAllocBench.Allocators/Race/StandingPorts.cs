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

    /// <summary>The ports of one address in the order in which they are taken.</summary>
    public static ushort[] Order(PortRange range, ref CpuRandom random)
    {
        ushort[] ports = AllPorts(range);
        random.Shuffle<ushort>(ports);
        return ports;
    }

    /// <summary>Takes further ports of one address, each towards the next of the destinations.</summary>
    /// <param name="order">The ports in the order in which they are taken.</param>
    /// <param name="taken">How many are taken already.</param>
    /// <param name="wanted">How many shall be.</param>
    /// <param name="address">Number of the address.</param>
    public static void Grow(SystemTable table, ushort[] order, int taken, int wanted, int address, int destinations)
    {
        for (int i = taken; i < wanted; i++)
        {
            Take(table, i % destinations, SystemSetup.Address + (uint)address, order[i]);
        }
    }

    private static void Take(SystemTable table, int destination, uint address, ushort port) => table.Fill(
        new FlowTuple<uint>(SystemFlows.Protocol, SystemFlows.Destination(destination), SystemFlows.DestinationPort, address, port));

    private static ushort[] AllPorts(PortRange range) => [.. Enumerable.Range(range.First, range.Count).Select(port => (ushort)port)];
}
