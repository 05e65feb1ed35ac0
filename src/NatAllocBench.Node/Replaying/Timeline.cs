using NatAllocBench.Node.Recordings;

namespace NatAllocBench.Node.Replaying;

/// <summary>Events whose times are known beforehand, first to last; of equal times the lower number is first.</summary>
/// <remarks>Sorted once: a queue of all events of a long recording takes several times as long, most of it waiting for memory.</remarks>
internal sealed class Timeline
{
    private readonly double[] _times;
    private readonly int[] _numbers;

    /// <param name="times">The time of each event by its number; one that is infinite never happens.</param>
    public Timeline(double[] times)
    {
        _numbers = [.. Enumerable.Range(0, times.Length).Where(number => !double.IsInfinity(times[number]))];
        _times = Array.ConvertAll(_numbers, number => times[number]);
        Array.Sort(_times, _numbers);
        SortTies();
    }

    public int Count => _times.Length;

    /// <summary>The time of the event at a place; infinite after the last.</summary>
    public double Time(int place) => place < _times.Length ? _times[place] : double.PositiveInfinity;

    public int Number(int place) => _numbers[place];

    private void SortTies()
    {
        int first = 0;
        for (int place = 1; place <= _times.Length; place++)
        {
            if (place == _times.Length || _times[place] != _times[first])
            {
                Array.Sort(_numbers, first, place - first);
                first = place;
            }
        }
    }
}

/// <summary>When recorded connections close and when their ports are free again: the same for all seeds.</summary>
internal sealed class ReplayEnds
{
    private readonly Timeline _events;

    public ReplayEnds(IReadOnlyList<RecordedConnection> connections)
    {
        var times = new double[2 * connections.Count];
        for (int number = 0; number < connections.Count; number++)
        {
            times[2 * number] = connections[number].Closed;
            times[(2 * number) + 1] = connections[number].End;
        }

        _events = new Timeline(times);
    }

    /// <summary>The time of the event at a place; infinite after the last.</summary>
    public double Time(int place) => _events.Time(place);

    /// <summary>The connection of the event at a place.</summary>
    public int Number(int place) => _events.Number(place) / 2;

    /// <summary>Whether the connection closes there; else its port is free.</summary>
    public bool IsClosing(int place) => _events.Number(place) % 2 == 0;
}
