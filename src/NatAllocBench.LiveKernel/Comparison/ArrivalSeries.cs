using System.Globalization;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.LiveKernel;

/// <summary>One cell of the arrivals: what kernel and model lost in each round.</summary>
/// <param name="experiment">The arrival.</param>
/// <param name="parameters">What tells the cell from others of its arrival.</param>
/// <param name="cell">The packets.</param>
internal sealed class ArrivalSeries(string experiment, string parameters, LiveCell cell)
{
    /// <summary>
    /// Of senders that run free until the first has sent all, the slowest must have sent this share: as long, at one speed, as they ran
    /// together. The same share as of the race's workers.
    /// </summary>
    private const double LeastTogether = 0.95;

    /// <summary>What did not run together is run again so often: that depends on the scheduler and not on what was lost.</summary>
    private const int MostTries = 3;

    /// <summary>Between the seeds of two tries: more than the series of a round, which have successive seeds.</summary>
    private const ulong SeedsApart = 1UL << 32;

    private readonly List<long> _sent = [];
    private readonly List<long> _lost = [];
    private readonly List<long> _attempts = [];
    private readonly List<long> _failed = [];
    private readonly List<double> _apart = [];
    private string? _missing;
    private int _repetitions;
    private int _astray;

    public string Name => cell.Name;

    public LiveProtocol Protocol => cell.Rule.Protocol;

    public PortMode Mode => cell.Rule.Mode;

    /// <summary>What the cell has in common with that of another mode.</summary>
    public string Row => FormattableString.Invariant($"{experiment}, {parameters}, {100 * cell.Fill:0} % full");

    /// <summary>Whether the client's port lies outside of the range, so that each mode has to search.</summary>
    public bool AlwaysSearches => cell.Rule.Ports is { } ports && (Flows.ClientPort < ports.Low || Flows.ClientPort > ports.High);

    /// <summary>The share that each side lost; null where one of them lost nothing, or too little was measured.</summary>
    public (double Kernel, double Model)? Rates => _missing is null && _lost.Sum() > 0 && _failed.Sum() > 0
        ? ((double)_lost.Sum() / _sent.Sum(), (double)_failed.Sum() / _attempts.Sum())
        : null;

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

    /// <summary>Whether the two disagree at a level of confidence.</summary>
    public bool Disagree(double confidence) => _sent.Count > 1 && _attempts.Count > 1 && _missing is null && RatioJudge.Disagree(
        FailureRate.Estimate(_sent, _lost, confidence), FailureRate.Estimate(_attempts, _failed, confidence), confidence);

    public ComparisonCell ToCell(ComparisonContext context)
    {
        ComparisonCell named = context.Cell(
            experiment,
            "insert_failed per connection (%)",
            cell.Rule,
            FormattableString.Invariant($"{parameters}, {100 * cell.Fill:0} % full"));
        return _missing is not null ? named with { Missing = _missing }
            : _repetitions < 2 ? named with { Missing = "fewer than two repetitions were run" }
            : _sent.Count < 2 ? named with { Missing = WhyTooFew() }
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

    private string WhyTooFew()
    {
        string apart = _apart.Count == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $"; in {_apart.Count} the slower sender had sent {100 * _apart.Min():0} to {100 * _apart.Max():0} % of the faster one's");
        string astray = _astray == 0 ? "" : $"; {_astray} lost packets outside NAT";
        return $"the kernel's senders ran together in {_sent.Count} of {_repetitions} repetitions{apart}{astray}";
    }

    private bool MeasureOnce(LiveSession session, ulong seed, CancellationToken cancellation)
    {
        LiveCellResult result = session.Run(
            cell with { Repetitions = 1, WarmUps = _repetitions == 0 ? 1 : 0, Plan = cell.Plan with { Seed = seed } }, cancellation);
        _repetitions++;
        if (result.Repetitions is not [var repetition, ..])
        {
            _astray++;
            return false;
        }

        if (Together(repetition) is var share and < LeastTogether)
        {
            _apart.Add(share);
            return false;
        }

        _sent.Add(repetition.Sent);
        _lost.Add(repetition.Counters.Total.InsertFailed);
        return true;
    }

    /// <summary>Share of the faster sender's packets that the slower one had sent; senders that meet ran together.</summary>
    private double Together(LiveRepetition repetition)
    {
        double[] sent = [.. repetition.Send.Senders.Select(sender => (double)sender.Sent)];
        return cell.Plan.Lockstep is not null ? 1 : sent.Min() / sent.Max();
    }
}
