using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Prediction.Racing;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Scenarios.Convoys;

/// <summary>Searches of one length, raced by two CPUs, beside what their windows alone would lose.</summary>
internal sealed record ConvoyRace(string Mode, int Standing)
{
    private const string Era = "4.14";
    private const int Trials = 120;
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

        TrialResult[] trials = [.. Race(cpus, context).Where(trial => trial.Overlap.Counts)];
        if (trials.Length < LeastTrials)
        {
            return named with { Missing = $"disturbed: the workers ran together in {trials.Length} of {Trials} trials only" };
        }

        RateEstimate rate = FailureRate.Estimate([.. trials.Select(t => t.Total.Attempts)], [.. trials.Select(t => t.Total.InsertFailed)]);
        double perSecond = trials.Average(trial => trial.ConnectionsPerSecond);
        double window = trials.Average(trial => MeanNs(trial.Window)) * 1e-9;
        double predicted = RaceLoss.OfSearch(Overlap.OfPoisson(perSecond, window, cpus.Length), 1, 1);
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
            ],
        };
    }

    private IEnumerable<TrialResult> Race(int[] cpus, ScenarioContext context)
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
        for (int trial = 0; trial < Trials && !context.Cancellation.IsCancellationRequested; trial++)
        {
            if (RaceTrial.Run(workload, cpus, context.Seed + (ulong)trial, context.Cancellation) is { } result)
            {
                yield return result;
            }
        }
    }

    private static double MeanNs(WindowHistogram window) =>
        window.Recorded().Sum(bin => (double)bin.Nanoseconds * bin.Count) / window.Count;
}
