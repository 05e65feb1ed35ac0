using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Views;
using NatAllocBench.Racing.Counts;

namespace NatAllocBench.Racing.Race;

/// <summary>
/// Separates the connections of a worker that count from those that do not: the first one, which the gate aligned with the other workers',
/// those after the first worker had ended, and rounds in which the workers did not run together. All of them are proven against the table.
/// </summary>
/// <param name="losers">The worker's losers; those of a part that does not count are not retransmitted.</param>
/// <param name="failedByClient">Receives the losers of the parts that count; empty where clients are not told apart.</param>
/// <param name="connectionsOfRound">Most connections of a part that is decided when it has ended.</param>
internal sealed class CountedParts(LoserList losers, long[] failedByClient, int connectionsOfRound)
{
    private readonly ulong[] _samples = new ulong[connectionsOfRound];
    private WorkerTally _tally;
    private ulong _probes;
    private CpuStatistics _counters;
    private int _losers;
    private int _sampled;

    /// <summary>What does not count.</summary>
    public WorkerTally LeftOut { get; private set; }

    /// <summary>Probes of what does not count.</summary>
    public ulong LeftOutProbes { get; private set; }

    /// <summary>Kernel counters of what does not count.</summary>
    public CpuStatistics LeftOutCounters { get; private set; }

    /// <summary>Lengths of the windows that count.</summary>
    public WindowHistogram Window { get; } = new();

    /// <summary>Distances of the collisions that count.</summary>
    public WindowHistogram PairDistance { get; } = new();

    /// <summary>Whether the present part is known to count, so that nothing need be kept back.</summary>
    public bool IsDecided { get; private set; }

    /// <summary>A part begins.</summary>
    /// <param name="tally">All that the worker counted so far.</param>
    /// <param name="decided">Whether it is known to count; only a round may be long undecided.</param>
    public void Begin(in WorkerTally tally, in CpuState cpu, bool decided)
    {
        _tally = tally;
        _probes = cpu.Probes;
        _counters = cpu.Counters;
        _losers = losers.Count;
        _sampled = 0;
        IsDecided = decided;
    }

    /// <summary>The window of a connection, in ticks; of more than fit into an undecided part the first are kept.</summary>
    public void Sample(ulong ticks)
    {
        if (IsDecided)
        {
            Window.RecordTicks(ticks);
        }
        else if (_sampled < _samples.Length)
        {
            _samples[_sampled++] = ticks;
        }
    }

    /// <summary>The part ends, and counts or not.</summary>
    /// <param name="tally">All that the worker counted so far.</param>
    /// <param name="counts">Whether it counts.</param>
    public void End(in WorkerTally tally, in CpuState cpu, bool counts)
    {
        if (!counts)
        {
            LeftOut = LeftOut.Plus(tally.Without(in _tally));
            LeftOutProbes += cpu.Probes - _probes;
            LeftOutCounters = LeftOutCounters.Plus(cpu.Counters.Since(_counters));
            losers.Keep(_losers);
            return;
        }

        foreach (ulong ticks in _samples.AsSpan(0, _sampled))
        {
            Window.RecordTicks(ticks);
        }

        for (int i = _losers; i < losers.Count; i++)
        {
            ref readonly Loser loser = ref losers[i];
            if (loser.Distance is { } distance)
            {
                PairDistance.RecordTicks(distance);
            }

            if (failedByClient.Length > 0)
            {
                failedByClient[loser.Client]++;
            }
        }
    }
}
