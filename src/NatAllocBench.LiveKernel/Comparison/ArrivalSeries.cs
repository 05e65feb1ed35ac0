using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.LiveKernel;

/// <summary>One cell of the arrivals: what kernel and model lost in each round.</summary>
/// <param name="experiment">The arrival.</param>
/// <param name="parameters">What tells the cell from others of its arrival.</param>
/// <param name="cell">The packets.</param>
internal sealed class ArrivalSeries(string experiment, string parameters, LiveCell cell)
{
    /// <summary>Senders that run free must have run together for this share of the time, as the race's workers.</summary>
    private const double LeastTogether = 0.95;

    /// <summary>What did not run together is run again so often: that depends on the scheduler and not on what was lost.</summary>
    private const int MostTries = 3;

    /// <summary>Between the seeds of two tries: more than the series of a round, which have successive seeds.</summary>
    private const ulong SeedsApart = 1UL << 32;

    private readonly List<long> _sent = [];
    private readonly List<long> _lost = [];
    private readonly List<long> _attempts = [];
    private readonly List<long> _failed = [];
    private string? _missing;
    private int _repetitions;

    public string Name => cell.Name;

    public LiveProtocol Protocol => cell.Rule.Protocol;

    /// <summary>One repetition in the kernel; it counts if its sums agree and its senders ran together, else it is run again.</summary>
    public void Measure(LiveSession session, ulong seed, CancellationToken cancellation)
    {
        bool counts = false;
        for (int tries = 0; tries < MostTries && !counts && _missing is null && !cancellation.IsCancellationRequested; tries++)
        {
            try
            {
                counts = MeasureOnce(session, seed + (SeedsApart * (ulong)tries), cancellation);
            }
            catch (LiveKernelUnavailableException exception)
            {
                _missing = exception.Message;
            }
        }
    }

    /// <summary>One trial in the model; it counts if its workers ran together, else it is run again.</summary>
    public void Race(RacedModel model)
    {
        for (int tries = 0; tries < MostTries && _missing is null; tries++)
        {
            if (model.Run(cell) is var (attempts, failed))
            {
                _attempts.Add(attempts);
                _failed.Add(failed);
                return;
            }
        }
    }

    public ComparisonCell ToCell(ComparisonContext context)
    {
        ComparisonCell named = context.Cell(
            experiment,
            "insert_failed per connection (%)",
            cell.Rule,
            FormattableString.Invariant($"{parameters}, {100 * cell.Fill:0} % full"));
        return _missing is not null ? named with { Missing = _missing }
            : _repetitions < 2 ? named with { Missing = "fewer than two repetitions were run" }
            : _sent.Count < 2 ? named with { Missing = "the kernel's senders ran together in fewer than two repetitions" }
            : _attempts.Count < 2 ? named with { Missing = "the model's workers ran together in fewer than two trials" }
            : Judge(named);
    }

    /// <summary>Where the two disagree, what each repetition lost: whether all of them do, or one that went astray.</summary>
    private ComparisonCell Judge(ComparisonCell named)
    {
        ComparisonCell judged = RatioJudge.Judge(named, FailureRate.Estimate(_sent, _lost), FailureRate.Estimate(_attempts, _failed));
        return judged.Agrees == false
            ? judged with
            {
                Remark = (judged.Remark is { } ratio ? $"{ratio}; " : "")
                    + $"lost by repetition: kernel {string.Join(", ", _lost)}; model {string.Join(", ", _failed)}",
            }
            : judged;
    }

    private bool MeasureOnce(LiveSession session, ulong seed, CancellationToken cancellation)
    {
        LiveCellResult result = session.Run(
            cell with { Repetitions = 1, WarmUps = _repetitions == 0 ? 1 : 0, Plan = cell.Plan with { Seed = seed } }, cancellation);
        _repetitions++;
        LiveRepetition? kept = result.Repetitions.FirstOrDefault(RanTogether);
        if (kept is not null)
        {
            _sent.Add(kept.Sent);
            _lost.Add(kept.Counters.Total.InsertFailed);
        }

        return kept is not null;
    }

    private bool RanTogether(LiveRepetition repetition)
    {
        double[] elapsed = [.. repetition.Send.Senders.Select(sender => sender.ElapsedNanoseconds)];
        return cell.Plan.Lockstep is not null || elapsed.Min() >= LeastTogether * elapsed.Max();
    }
}
