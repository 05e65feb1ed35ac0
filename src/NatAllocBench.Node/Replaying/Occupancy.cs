using NatAllocBench.Node.Recordings;

namespace NatAllocBench.Node.Replaying;

/// <summary>Ports that recorded connections hold towards one destination.</summary>
internal static class Occupancy
{
    /// <summary>Most connections at one moment towards one destination; on average a pool shares them.</summary>
    public static int Highest(IReadOnlyList<RecordedConnection> connections)
    {
        int highest = 0;
        foreach (IGrouping<(byte, UInt128, ushort, ushort), RecordedConnection> group in connections.GroupBy(
            one => (one.Protocol, one.Remote, one.Protocol is 1 or 58 ? (ushort)0 : one.RemoteKey, one.Zone)))
        {
            int held = 0;
            foreach ((double _, int change) in group
                .SelectMany(one => new[] { (one.Start, 1), (one.End, -1) })
                .Where(step => !double.IsInfinity(step.Item1)).OrderBy(step => step.Item1))
            {
                held += change;
                highest = Math.Max(highest, held);
            }
        }

        return highest;
    }
}
