using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Validation;

namespace NatAllocBench.Running;

/// <summary>How many processes measure, on which placement of the CPUs, and what makes a process one of several.</summary>
internal static class ProcessOptions
{
    /// <summary>The process is one of several that another one started; see <see cref="Running.Lifeline"/>.</summary>
    public static readonly Option<bool> Lifeline = new("--lifeline") { Hidden = true };

    /// <summary>The process does not calibrate the machine: another one of several does.</summary>
    public static readonly Option<bool> Uncalibrated = new("--uncalibrated") { Hidden = true };

    private static readonly Option<int> Runs = new("--runs")
    {
        Description =
            "Fresh processes that share the time: the variance between runs is then in every interval. With 4 or more, compare gives "
            + "verdicts.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<string> Placement = new("--placement")
    {
        Description =
            "Wait before each process, at most as long as it measures and at most a minute, until the first two CPUs are as far apart "
            + "as this ping-pong, or as in this run.",
        HelpName = "52ns|RUN",
    };

    public static void AddTo(Command command)
    {
        foreach (Option option in (Option[])[Runs, Placement, Lifeline, Uncalibrated])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>How many processes measure.</summary>
    public static int Count(ParseResult parsed) => parsed.GetValue(Runs) is >= 1 and <= 100 and var runs
        ? runs
        : throw new UsageException("--runs: use 1 to 100");

    /// <summary>Whether this process is one of several that another one started.</summary>
    public static bool IsChild(ParseResult parsed) => parsed.GetValue(Lifeline);

    /// <summary>Whether this process is to calibrate the machine where its run is kept.</summary>
    public static bool Calibrates(ParseResult parsed) => !parsed.GetValue(Uncalibrated);

    /// <summary>Whether any of them was given.</summary>
    public static bool AreGiven(ParseResult parsed) =>
        parsed.GetResult(Runs) is { Implicit: false } || parsed.GetResult(Placement) is { Implicit: false };

    /// <summary>The round trip that is waited for, ns, or null.</summary>
    /// <exception cref="UsageException">It is neither a time nor a run that has one.</exception>
    public static double? PlacementNs(ParseResult parsed)
    {
        if (parsed.GetValue(Placement) is not { } text)
        {
            return null;
        }

        if (!File.Exists(text) && !Directory.Exists(text))
        {
            double ns = UsageException.Parse("--placement", text, Duration.ParseNanoseconds);
            return ns > 0 ? ns : throw new UsageException($"--placement {text}: use a round trip above 0, for example 52ns, or a run");
        }

        IEnumerable<double?> roundTrips = SoundRun.ReadFile(text) switch
        {
            RunRecord<ThroughputCell> throughput => throughput.Cells.Select(c => c.PingPongNs),
            RunRecord<RaceCell> race => race.Cells.Select(c => c.PingPongNs),
            _ => [],
        };
        return roundTrips.FirstOrDefault(ns => ns is > 0)
            ?? throw new UsageException(
                $"--placement {text}: the run has no ping-pong; name one of two CPUs or more, or a time such as 52ns");
    }

    /// <summary>One of several processes' share of the time, as an argument.</summary>
    public static string Share(double seconds, int count) => (seconds / count).ToString(CultureInfo.InvariantCulture);
}
