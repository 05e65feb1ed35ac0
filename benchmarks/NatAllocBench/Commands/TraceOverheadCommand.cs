using System.CommandLine;
using System.Diagnostics;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Platform.Signals;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Reports.Comparison;
using NatAllocBench.Reports.Statistics;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary><c>trace overhead</c>: what tracing costs a race, as ratios with intervals from one run.</summary>
internal static class TraceOverheadCommand
{
    /// <summary>What is to be shown: the source costs less than this share while nobody listens.</summary>
    private const double Bound = 0.01;

    /// <summary>Half an interval that is narrow enough to stop; reached by its width alone, whatever the ratio is.</summary>
    private const double Narrow = 0.0025;

    private const int RoundsBetweenLooks = 100;
    private const int MostRounds = 3000;

    private static readonly Option<double> Seconds = new("--seconds")
    {
        Description = "Time limit; ends earlier when the interval is narrow enough.",
        HelpName = "S",
        DefaultValueFactory = _ => 150,
    };

    private static readonly Option<string> Workers = CpuOption.With("Default: 1, which is the quietest way to compare code.");

    public static Command Create()
    {
        var command = new Command(
            "overhead", "Measure what tracing costs: off, and recording, against a race without it.")
        {
            Seconds,
            Workers,
        };
        JsonOutput.SetAction(command, Run);
        return command;
    }

    private static Answer Run(ParseResult parsed, TextWriter output)
    {
        double seconds = parsed.GetValue(Seconds);
        if (!(seconds > 0 && seconds <= 1e6))
        {
            throw new UsageException("--seconds: use more than 0 and at most a million");
        }

        CpuSet cpus = CpuOption.Resolve(parsed.GetValue(Workers) ?? "1");

        using var stop = new StopSignals();
        using var progress = new RunConsole(toStandardError: true);
        var comparison = new TelemetryComparison(Workload(), cpus.Cpus);
        progress.WithProgress(seconds, report => Measure(comparison, seconds, report, stop.Token));
        Print(comparison, cpus, output);
        return new Answer(stop.Token.IsCancellationRequested ? CommandLine.Interrupted : CommandLine.Success, () => JsonOutput.Node(new
        {
            rounds = comparison.Rounds,
            connections = Workload().Connections,
            cpus = cpus.Cpus,
            ways = TelemetryComparison.Ways.Index().Select(way => new
            {
                name = way.Item.Text,
                connectionsPerSecond = comparison.MedianSpeed(way.Index),
                undisturbedRounds = comparison.Pairs(way.Index).Count,
                ratio = Estimate(comparison, way.Index),
            }),
        }));
    }

    /// <summary>Short trials without a wait in them: any cost of the code shows in full, and few are disturbed.</summary>
    private static RaceWorkload Workload() => new()
    {
        Era = EraCatalog.Get("6.12"),
        Mode = RaceMode.Default,
        Destinations = 100,
        SourcePorts = SourcePortChoice.Shared,
        Connections = 2_000,
    };

    private static bool Measure(TelemetryComparison comparison, double seconds, Action<string> report, CancellationToken cancellation)
    {
        // The first round compiles the code.
        bool goesOn = comparison.RunRound(cancellation);
        comparison.Forget();
        var clock = Stopwatch.StartNew();
        while (goesOn && clock.Elapsed.TotalSeconds < seconds && comparison.Rounds < MostRounds)
        {
            goesOn = comparison.RunRound(cancellation);
            report($"{comparison.Rounds} rounds");
            if (comparison.Rounds % RoundsBetweenLooks == 0 && Estimate(comparison, 1) is { Low: { } low, High: { } high }
                && high - low <= 2 * Narrow)
            {
                return true;
            }
        }

        return goesOn;
    }

    private static void Print(TelemetryComparison comparison, CpuSet cpus, TextWriter output)
    {
        output.WriteLine(
            $"{comparison.Rounds} rounds of {Workload().Connections} connections a trial on CPU {cpus}, era {Workload().Era}, "
            + $"mode {Workload().Mode}.");
        output.WriteLine("Median speed, and ratio to the race without trace code [95 %] from the rounds that nothing disturbed:");
        for (int way = 0; way < TelemetryComparison.Ways.Count; way++)
        {
            string speed = comparison.MedianSpeed(way) is { } median ? Figures.Significant(median) : "-";
            output.WriteLine($"  {TelemetryComparison.Ways[way].Text,-28}  {speed,10}/s  {(way == 0 ? "1" : Describe(comparison, way))}");
        }

        output.WriteLine(Verdict(Estimate(comparison, 1)));
    }

    private static string Describe(TelemetryComparison comparison, int way) => Estimate(comparison, way) switch
    {
        { Low: { } low, High: { } high, Ratio: var ratio } =>
            FormattableString.Invariant($"{ratio:0.0000} [{low:0.0000}, {high:0.0000}] from {comparison.Pairs(way).Count} rounds"),
        _ => $"only {comparison.Pairs(way).Count} undisturbed rounds; {PairedRatio.MinPairs} are needed",
    };

    private static string Verdict(RatioEstimate? off) => off switch
    {
        { Low: >= 1 - Bound, High: <= 1 + Bound } =>
            "Compiled in and off, the event source costs nothing measurable: the interval lies within 1 % of 1.",
        { Low: > 1 + Bound } or { High: < 1 - Bound } => "Compiled in and off, the speed differs by more than 1 %.",
        _ => "Not decided: the interval reaches beyond 1 %. Measure longer (--seconds), or on a quieter machine.",
    };

    private static RatioEstimate? Estimate(TelemetryComparison comparison, int way) =>
        comparison.Pairs(way) is { Count: > 0 } pairs ? PairedRatio.Of(pairs) : null;
}
