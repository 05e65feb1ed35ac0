using System.Globalization;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Scenarios.Exhaustion;

/// <summary>
/// What the clients' own ports do to default mode. Real clients have ephemeral ports, which are kept where they are free: they crowd one
/// part of the range, and searches that start there find long runs. As many entries from one client port are spread by the search itself.
/// </summary>
internal sealed record EphemeralFill(double Occupancy, ulong Seed) : IEraExperiment
{
    private const int Trials = 6;
    private const int Searches = 2_000;

    public ScenarioCell Run<TEra>(Era era)
        where TEra : struct, IEra
    {
        (RateEstimate real, double realProbes) = Search<TEra>(era, FillKind.Self);
        (RateEstimate uniform, double uniformProbes) = Search<TEra>(era, FillKind.Fixed);
        return new ScenarioCell
        {
            Table = "ephemeral ports against one client port, default mode",
            Era = era.Name,
            Mode = RaceMode.Default.Name,
            Parameters = new Dictionary<string, string>
            {
                ["occupancy"] = string.Create(CultureInfo.InvariantCulture, $"{Occupancy * 100:0.##} %"),
            },
            Attempts = real.Attempts + uniform.Attempts,
            Trials = 2 * Trials,
            Figures =
            [
                ScenarioFigure.Share("fails, ephemeral ports", real),
                ScenarioFigure.Share("fails, one client port", uniform),
                .. uniform.Failures > 0
                    ? [ScenarioFigure.Exact("times as often", real.Rate / uniform.Rate)]
                    : Array.Empty<ScenarioFigure>(),
                ScenarioFigure.Exact("probes, ephemeral ports", realProbes),
                ScenarioFigure.Exact("probes, one client port", uniformProbes),
            ],
        };
    }

    private (RateEstimate Failures, double Probes) Search<TEra>(Era era, FillKind fill)
        where TEra : struct, IEra
    {
        var attempts = new long[Trials];
        var failures = new long[Trials];
        ulong probes = 0;
        int taken = (int)Math.Round(Occupancy * RaceWorkload.AllPorts);
        for (int trial = 0; trial < Trials; trial++)
        {
            using var bench = new NatBench<TEra>(era, Seed + (ulong)trial);
            var pool = new FilledPool<TEra>(bench, RaceMode.Default, fill, taken);
            ulong before = bench.Cpu(0).Probes;
            for (int search = 0; search < Searches; search++)
            {
                attempts[trial]++;
                failures[trial] += OccupancyCurve.Succeeds(bench, pool) ? 0 : 1;
            }

            probes += bench.Cpu(0).Probes - before;
        }

        return (FailureRate.Estimate(attempts, failures), (double)probes / attempts.Sum());
    }
}
