using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Racing.Race;

/// <summary>
/// The connections of one worker whose SYN was lost, in the order in which they were sent. Their sockets are in SYN_SENT and keep their
/// ports. Nothing is allocated while the trial runs.
/// </summary>
internal sealed class LoserList(int capacity)
{
    private readonly Loser[] _losers = new Loser[capacity];
    private readonly HashSet<ConntrackTuple<IPv4Address>> _tuples = new(capacity);

    public int Count { get; private set; }

    public ref readonly Loser this[int index] => ref _losers[index];

    /// <summary>Whether a socket that waits for its retransmission has this tuple.</summary>
    public bool Holds(in ConntrackTuple<IPv4Address> tuple) => _tuples.Count > 0 && _tuples.Contains(tuple);

    public void Add(in Loser loser)
    {
        _losers[Count++] = loser;
        _tuples.Add(loser.Tuple);
    }

    /// <summary>Keeps the first <paramref name="count"/>, which the caller has moved there.</summary>
    public void Keep(int count) => Count = count;

    public void Move(int from, int to) => _losers[to] = _losers[from];
}

/// <summary>A connection whose SYN was lost.</summary>
/// <param name="Tuple">Its ORIGINAL tuple.</param>
/// <param name="Round">The round of the trial in which it was sent; 0 where there are no rounds.</param>
/// <param name="Offset">Ticks from the start of the round to its allocation.</param>
/// <param name="Client">Number of its client.</param>
/// <param name="Distance">Ticks between its allocation and the winner's; null if that is not known.</param>
internal readonly record struct Loser(ConntrackTuple<IPv4Address> Tuple, int Round, ulong Offset, int Client, ulong? Distance);
