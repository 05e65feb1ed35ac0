using System.CommandLine;
using System.CommandLine.Parsing;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Racing.Platform;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Tracing;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Reporting;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary>
/// <c>trace overhead</c>: what tracing costs a race. Trials of the three ways take turns in one run, in a changing order and with the same
/// seed in each round. Compared is the upper quartile of their speeds: other load on the machine can only slow a trial down.
/// </summary>
internal static class TraceOverheadCommand
{
    private const int Resamples = 2000;

    private static readonly Option<int> Rounds = new("--rounds")
    {
        Description = "Rounds of three trials.",
        HelpName = "N",
        DefaultValueFactory = _ => 400,
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
        (RaceTelemetry.Unwritten, "recording, nobody listens"),
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
            Connections = 4_000,
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
        int rounds = speeds[0].Length;
        Console.WriteLine($"{rounds} rounds on CPU {cpus}; upper quartile of connections/s, and its ratio to the race without trace code:");
        for (int way = 0; way < Ways.Length; way++)
        {
            string ratio = way == 0 ? "1" : Ratio(speeds[way], speeds[0]);
            Console.WriteLine($"  {Ways[way].Text,-28}  {Figures.Significant(UpperQuartile(speeds[way])),10}/s  {ratio}");
        }
    }

    /// <summary>The ratio of the quartiles with its 95 % interval from resampled rounds.</summary>
    private static string Ratio(double[] mine, double[] without)
    {
        var random = new CpuRandom(1);
        var ratios = new double[Resamples];
        double[] left = new double[mine.Length];
        double[] right = new double[mine.Length];
        for (int i = 0; i < Resamples; i++)
        {
            for (int j = 0; j < mine.Length; j++)
            {
                int round = (int)random.NextBelow((uint)mine.Length);
                (left[j], right[j]) = (mine[round], without[round]);
            }

            ratios[i] = UpperQuartile(left) / UpperQuartile(right);
        }

        Array.Sort(ratios);
        return FormattableString.Invariant(
            $"{UpperQuartile(mine) / UpperQuartile(without):0.0000} [{ratios[Resamples / 40]:0.0000}, {ratios[Resamples * 39 / 40]:0.0000}]");
    }

    private static double UpperQuartile(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length * 3 / 4];
    }
}
