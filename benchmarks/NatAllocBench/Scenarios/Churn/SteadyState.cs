using System.Globalization;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Scenarios.Churn;

/// <summary>A churn run in its steady state: occupancy against Little's law, and the lost SYNs by cause.</summary>
internal sealed record SteadyState(RaceMode Mode, ChurnOptions Options, uint MaxConnections, ulong Seed) : IEraExperiment
{
    private const int Trials = 4;
    private const int Samples = 10;
    private const double SampleEveryMs = 15_000;

    public ScenarioCell Run<TEra>(Era era)
        where TEra : struct, IEra
    {
        var living = new double[Trials];
        var counted = new double[Trials];
        var syns = new long[Trials];
        var lost = new long[Trials];
        var tallies = new ChurnTally[Trials];
        (ulong expired, ulong evicted, ulong earlyDrop) = (0ul, 0ul, 0ul);
        double warmUpMs = 1000 * ((4 * Options.LifetimeSeconds) + (2 * Timeouts.Tcp(TcpState.TimeWait)));
        for (int trial = 0; trial < Trials; trial++)
        {
            using var run = new ChurnRun<TEra>(era, Mode, Options, MaxConnections, Seed + (ulong)trial);
            run.RunUntil(warmUpMs);
            for (int sample = 1; sample <= Samples; sample++)
            {
                double at = warmUpMs + (sample * SampleEveryMs);
                run.RunUntil(at);
                living[trial] += run.Living(at) / (double)Samples;
                counted[trial] += run.Count / (double)Samples;
            }

            tallies[trial] = run.Tally;
            syns[trial] = run.Tally.Syns;
            lost[trial] = run.Tally.AllLost;
            expired += run.Removed.Expired;
            evicted += run.Removed.Evicted;
            earlyDrop += run.Removed.EarlyDrop;
        }

        double little = Options.Rate * (Options.LifetimeSeconds + Timeouts.Tcp(TcpState.TimeWait));
        return new ScenarioCell
        {
            Table = "steady state of opening and closing connections",
            Era = era.Name,
            Mode = Mode.Name,
            Parameters = new Dictionary<string, string>
            {
                ["connections/s"] = Options.Rate.ToString(CultureInfo.InvariantCulture),
                ["lifetime (s)"] = Options.LifetimeSeconds.ToString(CultureInfo.InvariantCulture),
                ["clients"] = Figures.Count(Options.Clients),
                ["nf_conntrack_max"] = Figures.Count(MaxConnections),
            },
            Attempts = syns.Sum(),
            Trials = Trials,
            Figures =
            [
                ScenarioFigure.Mean(
                    "entries not expired", MeanEstimate.Of(living), little, "rate x (lifetime + 120 s), Little's law without losses"),
                ScenarioFigure.Mean("nf_conntrack_count", MeanEstimate.Of(counted)),
                ScenarioFigure.Share("SYNs lost", FailureRate.Estimate(syns, lost)),
                .. Causes(tallies),
                ScenarioFigure.Exact("expired", expired),
                ScenarioFigure.Exact("evicted", evicted),
                ScenarioFigure.Exact("early_drop", earlyDrop),
            ],
        };
    }

    private static ScenarioFigure[] Causes(ChurnTally[] tallies)
    {
        return
        [
            Total("keep-port race", t => t.KeepPortRace),
            Total("search race", t => t.SearchRace),
            Total("exhausted", t => t.Exhausted),
            Total("long chain", t => t.LongChain),
            Total("table full", t => t.TableFull),
            Total("connect() gave up", t => t.GaveUp),
            Total("no client port", t => t.NoClientPort),
            Total("dropped while open", t => t.GoneBeforeClose),
        ];

        ScenarioFigure Total(string name, Func<ChurnTally, long> count) => ScenarioFigure.Exact(name, tallies.Sum(count));
    }
}
