namespace NatAllocBench.LiveKernel;

/// <summary>
/// Builds the tuples of the cells. Every connection has a client address of its own: in default mode the kernel would hand an address it
/// has seen before the mapping it had then.
/// </summary>
public static class Flows
{
    /// <summary>The client port of every connection; outside all ranges of <see cref="LivePortRange.OfSize"/> but the full one.</summary>
    public const ushort ClientPort = 20000;

    /// <summary>The port of every destination.</summary>
    public const ushort ServerPort = 80;

    /// <summary>Connection number <paramref name="index"/> to destination number <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More connections or destinations than the topology has addresses for.</exception>
    public static FlowTuple Connection(long index, int destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, TopologyAddresses.SourceCount);
        ArgumentOutOfRangeException.ThrowIfNegative(destination);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(destination, TopologyAddresses.DestinationCount);
        return new FlowTuple(
            TopologyAddresses.FirstSource + (uint)index, TopologyAddresses.FirstDestination + (uint)destination, ClientPort, ServerPort);
    }

    /// <summary>
    /// Pairs for two senders: in meeting p both open a connection to destination p / <paramref name="pairsPerDestination"/>.
    /// </summary>
    /// <param name="pairs">Number of meetings.</param>
    /// <param name="pairsPerDestination">Meetings per destination.</param>
    /// <param name="firstIndex">Number of the first connection, after those of a prefill.</param>
    /// <param name="sameTuple">Whether both senders send the very same tuple.</param>
    public static IReadOnlyList<FlowTuple[]> Pairs(int pairs, int pairsPerDestination, long firstIndex = 0, bool sameTuple = false)
    {
        var left = new FlowTuple[pairs];
        var right = new FlowTuple[pairs];
        for (int pair = 0; pair < pairs; pair++)
        {
            int destination = pair / pairsPerDestination;
            left[pair] = Connection(firstIndex + (2L * pair), destination);
            right[pair] = sameTuple ? left[pair] : Connection(firstIndex + (2L * pair) + 1, destination);
        }

        return [left, right];
    }

    /// <summary>
    /// Clients with an address each and one sequence of source ports: in round r each connects to destination 0 from port
    /// <see cref="ClientPort"/> + r. The clients are dealt to the senders, whose lists hold round after round.
    /// </summary>
    /// <param name="clients">Clients, a multiple of <paramref name="senders"/>.</param>
    /// <param name="rounds">Connections of each client, 1 to 45536.</param>
    /// <param name="senders">Sender threads.</param>
    public static IReadOnlyList<FlowTuple[]> SharedPorts(int clients, int rounds, int senders)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(clients % senders, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rounds, ushort.MaxValue - ClientPort + 1);
        return
        [
            .. Enumerable.Range(0, senders).Select(sender => Enumerable.Range(0, rounds).SelectMany(round =>
                Enumerable.Range(0, clients / senders).Select(client =>
                    Connection((client * senders) + sender, 0) with { SourcePort = (ushort)(ClientPort + round) })).ToArray()),
        ];
    }

    /// <summary>
    /// Rounds over all destinations: first one connection to each, then a second to each, and so on, dealt to the senders in turn.
    /// </summary>
    public static IReadOnlyList<FlowTuple[]> Rounds(int destinations, int perDestination, int senders = 1, long firstIndex = 0)
    {
        var lists = new List<FlowTuple>[senders];
        for (int sender = 0; sender < senders; sender++)
        {
            lists[sender] = new List<FlowTuple>((destinations * perDestination / senders) + 1);
        }

        long index = 0;
        for (int round = 0; round < perDestination; round++)
        {
            for (int destination = 0; destination < destinations; destination++)
            {
                lists[index % senders].Add(Connection(firstIndex + index, destination));
                index++;
            }
        }

        return [.. lists.Select(list => list.ToArray())];
    }
}
