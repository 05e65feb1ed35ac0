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

    private readonly List<long> _sent = [];
    private readonly List<long> _lost = [];
    private readonly List<long> _attempts = [];
    private readonly List<long> _failed = [];
    private string? _missing;
    private int _repetitions;

    public string Name => cell.Name;

    public LiveProtocol Protocol => cell.Rule.Protocol;

    /// <summary>One repetition in the kernel; it counts if its sums agree and its senders ran together.</summary>
    public void Measure(LiveSession session, ulong seed, CancellationToken cancellation)
    {
        if (_missing is not null || cancellation.IsCancellationRequested)
        {
            return;
        }

        try
        {
            LiveCellResult result = session.Run(
                cell with { Repetitions = 1, WarmUps = _repetitions == 0 ? 1 : 0, Plan = cell.Plan with { Seed = seed } }, cancellation);
            _repetitions++;
            foreach (LiveRepetition kept in result.Repetitions.Where(RanTogether))
            {
                _sent.Add(kept.Sent);
                _lost.Add(kept.Counters.Total.InsertFailed);
            }
        }
        catch (LiveKernelUnavailableException exception)
        {
            _missing = exception.Message;
        }
    }

    /// <summary>One trial in the model; it counts if its workers ran together.</summary>
    public void Race(RacedModel model)
    {
        if (_missing is null && model.Run(cell) is var (attempts, failed))
        {
            _attempts.Add(attempts);
            _failed.Add(failed);
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
            : RatioJudge.Judge(named, FailureRate.Estimate(_sent, _lost), FailureRate.Estimate(_attempts, _failed));
    }

    private bool RanTogether(LiveRepetition repetition)
    {
        double[] elapsed = [.. repetition.Send.Senders.Select(sender => sender.ElapsedNanoseconds)];
        return cell.Plan.Lockstep is not null || elapsed.Min() >= LeastTogether * elapsed.Max();
    }
}
