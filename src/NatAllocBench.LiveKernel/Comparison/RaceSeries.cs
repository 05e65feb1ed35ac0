using NatAllocBench.Netfilter.Eras;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// One race cell of the comparison: what the kernel lost in each round, and how often the model says an overlap costs one.
/// </summary>
internal sealed class RaceSeries
{
    private readonly LiveCell _cell;
    private readonly List<(int Round, long Sent, long Failed)> _rounds = [];

    public RaceSeries(int size, PortMode mode, double offsetNs)
    {
        Size = size;
        _cell = ComparisonCells.Race(size, mode, LiveProtocol.Tcp, PairsFor(size), offsetNs) with { Repetitions = 1, WarmUps = 0 };
    }

    public int Size { get; }

    public LiveCell Cell => _cell;

    /// <summary>Why the kernel cannot run the cell; null when it can.</summary>
    public string? Missing { get; private set; }

    /// <summary>Probability that an overlapping pair collides, by the model.</summary>
    public double Collision { get; private set; }

    public int Dropped { get; private set; }

    public IReadOnlyList<long> Sent => [.. _rounds.Select(round => round.Sent)];

    public IReadOnlyList<long> Failed => [.. _rounds.Select(round => round.Failed)];

    public bool HasRounds => Missing is null && _rounds.Count >= 2;

    /// <summary>Connections lost if every pair overlapped.</summary>
    public double LostIfAlways => Sent.Sum() * Collision / 2;

    public (double Lost, double LostIfAlways) InRound(int round) =>
        _rounds.Where(one => one.Round == round)
            .Aggregate((0.0, 0.0), (sum, one) => (sum.Item1 + one.Failed, sum.Item2 + (one.Sent * Collision / 2)));

    public void Predict(Era era, ulong seed) => Collision = RaceCurve.Collision(era, _cell, seed);

    public void Measure(LiveSession session, int round, ulong seed, CancellationToken cancellation)
    {
        if (Missing is not null || cancellation.IsCancellationRequested)
        {
            return;
        }

        try
        {
            LiveCellResult result = session.Run(_cell with { Plan = _cell.Plan with { Seed = seed } }, cancellation);
            _rounds.AddRange(result.Repetitions.Select(kept => (round, kept.Sent, kept.Counters.Total.InsertFailed)));
            Dropped += result.Dropped.Count;
        }
        catch (LiveKernelUnavailableException exception)
        {
            Missing = exception.Message;
        }
    }

    /// <summary>More pairs where collisions are rare.</summary>
    private static int PairsFor(int size) => size switch
    {
        <= 64 => 10_000,
        <= 1024 => 16_384,
        _ => 32_768,
    };
}
