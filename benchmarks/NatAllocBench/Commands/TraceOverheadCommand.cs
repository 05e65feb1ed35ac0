using System.CommandLine;
using System.CommandLine.Parsing;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Racing.Platform;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Tracing;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Reporting;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary>
/// <c>trace overhead</c>: what tracing costs a race. Trials of the three ways take turns in one run, in a changing order and with the same
/// seed in each round, and each is divided by the one without trace code of its round.
/// </summary>
internal static class TraceOverheadCommand
{
    private static readonly Option<int> Rounds = new("--rounds")
    {
        Description = "Rounds of three trials.",
        HelpName = "N",
        DefaultValueFactory = _ => 100,
    };

    private static readonly Option<int> Workers = new("--cpus")
    {
        Description = "CPUs to race on. One is the quietest way to compare code.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private static readonly (RaceTelemetry Way, string Text)[] Ways =
    [
        (RaceTelemetry.Never, "without trace code"),
        (RaceTelemetry.WhenListened, "compiled in, nobody listens"),
        (RaceTelemetry.Always, "recording, nobody listens"),
    ];

    public static Command Create()
    {
        var command = new Command("overhead", "Measure what tracing costs: off, and recording, against a race without it.") { Rounds, Workers };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        int rounds = parsed.GetValue(Rounds);
        if (rounds < 3)
        {
            throw new UsageException($"--rounds {rounds}: use at least 3");
        }

        if (!CpuSet.Allowed().TryTake(parsed.GetValue(Workers), out CpuSet? cpus, out string? why))
        {
            throw new UsageException($"--cpus {parsed.GetValue(Workers)}: {why}");
        }

        using var stop = new StopSignal();
        var workload = new RaceWorkload
        {
            Era = EraCatalog.Get("6.12"),
            Mode = RaceMode.Default,
            Destinations = 100,
            SourcePorts = SourcePortChoice.Shared,
            Connections = 40_000,
        };
        double[][] speeds = [.. Ways.Select(_ => new double[rounds])];
        for (int round = -1; round < rounds; round++)
        {
            for (int turn = 0; turn < Ways.Length; turn++)
            {
                int way = (turn + round + Ways.Length) % Ways.Length;
                TrialResult? trial = RaceTrial.Run(workload, cpus.Cpus, (ulong)round + 2, Ways[way].Way, stop.Token);
                if (trial is null)
                {
                    return CommandLine.Interrupted;
                }

                // The round before the first compiles the code and is not kept.
                if (round >= 0)
                {
                    speeds[way][round] = trial.ConnectionsPerSecond;
                }
            }
        }

        Print(speeds, cpus);
        return CommandLine.Success;
    }

    private static void Print(double[][] speeds, CpuSet cpus)
    {
        var statistics = new SampleStatistics();
        Console.WriteLine($"{speeds[0].Length} rounds on CPU {cpus}, connections/s against the trial without trace code of the same round:");
        for (int way = 0; way < Ways.Length; way++)
        {
            MedianEstimate speed = statistics.Median(speeds[way]);
            double[] ratios = [.. speeds[way].Zip(speeds[0], (mine, without) => mine / without)];
            MedianEstimate ratio = statistics.Median(ratios);
            string text = way == 0 ? "1" : FormattableString.Invariant($"{ratio.Value:0.0000} [{ratio.Low:0.0000}, {ratio.High:0.0000}]");
            Console.WriteLine($"  {Ways[way].Text,-28}  {Figures.Significant(speed.Value),10}/s  ratio {text}");
        }
    }
}
