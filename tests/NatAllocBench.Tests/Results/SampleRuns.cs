using NatAllocBench.Reports.Comparison;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Tests.Results;

/// <summary>Small runs with made-up figures, consistent in themselves.</summary>
internal static class SampleRuns
{
    public static MachineFacts Machine { get; } = new()
    {
        Os = "linux",
        Arch = "x64",
        CpuModel = "AMD EPYC 9R45 (Zen 5)",
        Cores = 2,
        OsDescription = "Debian GNU/Linux 12",
        Kernel = "6.12.1",
        Runtime = ".NET 10.0.12",
        Facts = new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            ["caches"] = new Dictionary<string, string> { ["l2"] = "1 MiB" },
        },
        CalibrationNs = new Dictionary<string, double> { ["siphash"] = 14.7 },
        CoreToCoreNs = [[null, 125.5], [125.5, null]],
        Warnings = ["the governor is powersave"],
    };

    /// <summary>A comparison on a machine whose runs do not change with time.</summary>
    public static ComparisonOptions Steady { get; } = new() { Timing = Spread(0) };

    public static RaceCell Cell(string mode, long[] attempts, long[] failed, double speed = 2.5e6) => new RaceCell
    {
        Preset = "quick",
        System = "model",
        Era = "4.14",
        Mode = mode,
        Protocol = "tcp",
        Cpus = 2,
        Clients = 10,
        Destinations = 1,
        Pool = 1,
        PortMin = 1024,
        PortMax = 65535,
        Occupancy = 0.3,
        WindowAddedNs = 250,
        Arrival = "closed",
        SourcePorts = "kernel",
        ProbesPerConnection = 2.25,
        WindowP50Ns = 310,
        PerTrial = new RaceTrials
        {
            Attempts = attempts,
            InsertFailed = failed,
            FailedKeepPort = new long[attempts.Length],
            FailedSearch = failed,
            FailedExhausted = new long[attempts.Length],
            FailedChain = new long[attempts.Length],
            ConnectionsPerSecond = [.. attempts.Select((_, i) => speed * (1 + (0.01 * (i - (attempts.Length / 2)))))],
        },
    }.Summarised();

    /// <summary>The same with one trial of each process.</summary>
    public static RaceCell OfProcesses(string mode, long[] attempts, long[] failed, double speed = 2.5e6)
    {
        RaceCell cell = Cell(mode, attempts, failed, speed);
        return (cell with { PerTrial = cell.PerTrial! with { Process = [.. Enumerable.Range(0, attempts.Length)] } }).Summarised();
    }

    /// <summary>Runs at different times of a machine on which every kind of figure spreads by so much.</summary>
    public static RunTiming Spread(double deviation)
    {
        string[] kinds =
            [FigureKind.RaceSpeed, FigureKind.RaceRate, FigureKind.RoverRate, FigureKind.OneThread, FigureKind.TwoThreads];
        TimeSpread[] spreads = [.. kinds.Select(kind => new TimeSpread(kind, deviation, 30))];
        return RunTiming.Apart(spreads, spreads);
    }

    /// <summary>A complete cell of an exploration.</summary>
    public static ExploreCell Explored { get; } = new()
    {
        Era = "6.12",
        Design = "kernel-locks",
        Scenario = "keep-port",
        Connections = 2,
        Memory = "sc",
        Complete = true,
        Executions = 7,
        Blocked = 1,
        Seconds = 0.5,
        Outcomes =
        [
            new ExploreOutcome
            {
                Outcome = "kept, insert_failed + kept, inserted",
                Verdict = ExploreOutcome.Interesting,
                Executions = 4,
                Preemptions = 1,
                Replay = "--eras 6.12 --replay sc2:0*3.1*4",
            },
            new ExploreOutcome
            {
                Outcome = "kept, inserted + searched, inserted",
                Verdict = ExploreOutcome.Acceptable,
                Executions = 2,
                Preemptions = 0,
                Replay = "--eras 6.12 --replay sc2:0*4.1*4",
            },
        ],
    };

    public static RunRecord<ExploreCell> Exploration(params ExploreCell[] cells) => new()
    {
        Seeds = [1],
        Command = "explore",
        StartedUtc = new DateTimeOffset(2026, 3, 4, 23, 30, 0, TimeSpan.Zero),
        Completed = true,
        Machine = Machine,
        Cells = cells,
    };

    public static RunRecord<RaceCell> Race(params RaceCell[] cells) => new()
    {
        Command = "race",
        Preset = "quick",
        StartedUtc = new DateTimeOffset(2026, 3, 4, 23, 30, 0, TimeSpan.Zero),
        MeasuredCommit = "0123456789abcdef0123456789abcdef01234567",
        Dirty = false,
        Completed = true,
        Argv = ["race", "--preset", "quick"],
        Options = new Dictionary<string, string> { ["preset"] = "quick", ["seed"] = "7" },
        Seeds = [ulong.MaxValue, 7],
        Machine = Machine,
        Packages = new Dictionary<string, string> { ["Perfolizer"] = "0.6.1+meta" },
        Notes = ["made up for a test"],
        Cells = cells,
    };

    public static RunRecord<RaceCell> Race() => Race(
        Cell("default", [1000, 1000, 1000], [20, 25, 24]), Cell("random-fully", [1000, 1000, 1000], [0, 0, 0]));

    public static RunRecord<ThroughputCell> Throughput(params ThroughputCell[] cells) => new()
    {
        Seeds = [1],
        Command = "throughput",
        StartedUtc = new DateTimeOffset(2026, 3, 4, 23, 30, 0, TimeSpan.Zero),
        Completed = true,
        Machine = Machine,
        Cells = cells,
    };

    /// <summary>A cell with one round of each process.</summary>
    public static ThroughputCell Design(string design, params double[] rounds) => new ThroughputCell
    {
        Design = design,
        Era = "6.12",
        Mode = "default",
        Threads = 2,
        Connections = 20_000,
        Destinations = 1,
        BytesPerConnection = 88,
        PingPongNs = 125,
        PerRound = new ThroughputRounds { ConnectionsPerSecond = rounds, Process = [.. Enumerable.Range(0, rounds.Length)] },
    }.Summarised();
}
