using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Prediction.Racing;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Scenarios.Convoys;

/// <summary>Searches of one length, raced by two CPUs, beside what their windows, and what a warmer cache, would lose.</summary>
internal sealed record ConvoyRace(string Mode, int Standing)
{
    private const string Era = "4.14";
    private const int Trials = 120;
    private const int TrialsAlone = 20;
    private const int LeastTrials = 6;
    private const int Connections = 200;

    public ScenarioCell Run(ScenarioContext context)
    {
        var named = new ScenarioCell
        {
            Table = "losses of searches from one start",
            Era = Era,
            Mode = Mode,
            Parameters = new Dictionary<string, string> { ["ports taken at the start"] = Figures.Count(Standing) },
        };
        int[] cpus = [.. context.Cpus.Cpus.Take(2)];
        if (cpus.Length < 2)
        {
            return named with { Missing = "a race needs two CPUs" };
        }

        TrialResult[] trials = [.. Race(cpus, Trials, context).Where(trial => trial.Overlap.Counts)];
        TrialResult[] alone = [.. Race(cpus[..1], TrialsAlone, context).Where(trial => trial.Overlap.Counts)];
        if (trials.Length < LeastTrials || alone.Length < LeastTrials)
        {
            return named with
            {
                Missing = $"disturbed: the workers ran together in {trials.Length} of {Trials} trials only, one alone in {alone.Length} of "
                    + $"{TrialsAlone}",
            };
        }

        if (OwnTiming.Measure(cpus[0]) is not { PathNs: var path })
        {
            return named with { Missing = $"disturbed: {OwnTiming.Disturbed}" };
        }

        RateEstimate rate = FailureRate.Estimate([.. trials.Select(t => t.Total.Attempts)], [.. trials.Select(t => t.Total.InsertFailed)]);
        double perSecond = trials.Average(trial => trial.ConnectionsPerSecond);
        double window = trials.Average(trial => trial.Window.MeanNs) * 1e-9;
        double predicted = RaceLoss.OfSearch(Overlap.OfPoisson(perSecond, window, cpus.Length), 1, 1);
        double leading = ProbeNs(alone, 1, path);
        double both = ProbeNs(trials, cpus.Length, path);
        return named with
        {
            Attempts = rate.Attempts,
            Trials = trials.Length,
            Figures =
            [
                ScenarioFigure.Share(
                    "insert_failed", rate, predicted, "a/(1 + a), a = connections/s x window x (n - 1)/n: independent phases"),
                ScenarioFigure.Exact("measured / predicted", rate.Rate / predicted),
                ScenarioFigure.Exact("probes per connection", trials.Sum(t => (double)t.Probes) / trials.Sum(t => t.Total.Attempts)),
                ScenarioFigure.Exact("window (ns)", window * 1e9),
                ScenarioFigure.Exact("connections/s", perSecond),
                ScenarioFigure.Exact("a probe on one CPU alone (ns)", leading),
                ScenarioFigure.Exact("a probe on two CPUs (ns)", both),
                ScenarioFigure.Exact("insert_failed from catching up", CatchingUp(leading, both), isShare: true),
            ],
        };
    }

    /// <summary>Time of a probe: what is left of a connection's time without window and path.</summary>
    private static double ProbeNs(TrialResult[] trials, int cpus, double pathNs) =>
        ((1e9 * cpus / trials.Average(trial => trial.ConnectionsPerSecond)) - trials.Average(trial => trial.Window.MeanNs) - pathNs)
        / (trials.Sum(trial => (double)trial.Probes) / trials.Sum(trial => trial.Total.Attempts));

    /// <summary>
    /// Share of the connections that are lost if the search that is behind finds its entries in the cache: a probe costs the one in front
    /// as much as one CPU alone, and the one behind so much less that the mean of both is what was measured. Of two that start within that
    /// part of a search, one catches up, and one of them is lost.
    /// </summary>
    internal static double CatchingUp(double leadingNs, double bothNs)
    {
        double followingNs = Math.Max(0, (2 * bothNs) - leadingNs);
        return Math.Clamp((leadingNs - followingNs) / leadingNs, 0, 1) / 2;
    }

    private IEnumerable<TrialResult> Race(int[] cpus, int count, ScenarioContext context)
    {
        var workload = new RaceWorkload
        {
            Era = EraCatalog.Get(Era),
            Mode = RaceMode.Get(Mode),
            Clients = Connections,
            Connections = Connections,
            SourcePorts = SourcePortChoice.Fixed,
            Occupancy = (double)Standing / RaceWorkload.AllPorts,
        };
        for (int trial = 0; trial < count && !context.Cancellation.IsCancellationRequested; trial++)
        {
            if (RaceTrial.Run(workload, cpus, context.Seed + (ulong)trial, context.Cancellation) is { } result)
            {
                yield return result;
            }
        }
    }
}
