using System.Runtime.InteropServices;
using NatAllocBench.Node.Recordings;

namespace NatAllocBench.Node.Replaying;

/// <summary>How many ports recorded connections hold towards one destination.</summary>
internal static class Occupancy
{
    /// <summary>Most connections at one moment towards one destination; on average a pool shares them.</summary>
    /// <param name="connections">The connections.</param>
    public static int Highest(IReadOnlyList<RecordedConnection> connections)
    {
        int[] destinations = Destinations(connections);
        var held = new int[connections.Count];
        var starts = new Timeline([.. connections.Select(connection => connection.Start)]);
        var ends = new Timeline([.. connections.Select(connection => connection.End)]);
        int highest = 0;
        int ended = 0;
        for (int place = 0; place < starts.Count; place++)
        {
            int number = starts.Number(place);
            while (ends.Time(ended) <= starts.Time(place) && ends.Number(ended) != number)
            {
                held[destinations[ends.Number(ended++)]]--;
            }

            highest = Math.Max(highest, ++held[destinations[number]]);
        }

        return highest;
    }

    /// <summary>The destination of each connection, as the number of one of those to it.</summary>
    private static int[] Destinations(IReadOnlyList<RecordedConnection> connections)
    {
        var first = new Dictionary<(byte, UInt128, ushort, ushort), int>();
        var destinations = new int[connections.Count];
        for (int number = 0; number < destinations.Length; number++)
        {
            RecordedConnection one = connections[number];
            ushort key = one.Protocol is 1 or 58 ? (ushort)0 : one.RemoteKey;
            ref int known = ref CollectionsMarshal.GetValueRefOrAddDefault(
                first, (one.Protocol, one.Remote, key, one.Zone), out bool isKnown);
            known = isKnown ? known : number;
            destinations[number] = known;
        }

        return destinations;
    }
}
