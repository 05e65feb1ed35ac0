using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Prices;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Validation;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary>The options of the race. A list on the command line replaces the preset's list in every series.</summary>
internal static class RaceCommandOptions
{
    /// <summary>Maximum number of trials of a cell, unless another one is asked for.</summary>
    public const int UsualMaxTrials = 2000;

    private const double UsualPrecision = 0.05;
    private const double UsualResolution = 0.00002;

    public static readonly Option<string> Preset = new("--preset", "-p")
    {
        Description = $"What to measure: {string.Join(", ", PresetFile.Names)}, {PriceList.Name}, or the path of a preset file.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "quick",
    };

    public static readonly Option<ulong?> Seed = new("--seed") { Description = "Repeat the draws of an earlier run.", HelpName = "N" };

    public static readonly Option<string> System = new("--system")
    {
        Description = "Race other systems' allocators instead of kernel eras, or all; see the command allocators. A list sweeps.",
        HelpName = "ovs-3.3,vpp-26.06",
    };

    private static readonly Option<string> Eras = List("--eras", "--era", "Kernel eras, or all; see the command eras.", "4.14,6.12");
    private static readonly Option<string> Modes = List(
        "--modes", "--mode", $"Modes: {string.Join(", ", RaceMode.All)}. No kernel had the last two.", "default,random");
    private static readonly Option<string> Designs = List(
        "--designs",
        "--design",
        $"How the table inserts: {RacedDesign.KernelLocks}, or what-if, no kernel does this: "
            + $"{string.Join(", ", RacedDesign.All.Where(design => design.IsWhatIf))}.",
        "kernel-locks,reserve");

    private static readonly Option<string> Clients = List("--clients", "Clients, multiplexed onto the CPUs.", "10,40");
    private static readonly Option<string> Threads = List("--threads", "Connecting threads of each client.", "1,16");
    private static readonly Option<string> Destinations = List("--destinations", "Destinations that the clients connect to.", "1,1000");
    private static readonly Option<string> Ports = List("--ports", "Port ranges of the rule.", "1024-65535");
    private static readonly Option<string> Pool = List("--pool", "NAT addresses.", "1,4");
    private static readonly Option<string> Occupancy = List("--occupancy", "Share of ports in TIME_WAIT at the start, 0 to 1.", "0,0.3");
    private static readonly Option<string> Fill = new("--fill")
    {
        Description = "How the ports in use were chosen: self, fixed, unanswered, random or block.",
        HelpName = "KIND",
    };

    private static readonly Option<string> Churn = List(
        "--churn", "Race in a steady state: new connections per second of a virtual clock, which close and expire.", "100,300");

    private static readonly Option<string> Window = List("--window", "Busy wait added between allocation and confirm.", "0,250ns,1us");
    private static readonly Option<string> PathTime = List(
        "--path-time",
        "Work of a packet before its port is chosen: 5us to 7us in a kernel, 0 for the pure algorithm. Default: the preset's.", "0,6us");

    private static readonly Option<string> Arrivals = List(
        "--arrival",
        "closed, bursts[:D], lockstep[:D[/N]] (start offsets uniform in 0 to D, N connections each), tick:SPREAD, poisson:RATE.",
        "bursts:2us");

    private static readonly Option<string> SourcePorts = new("--source-ports")
    {
        Description = "Client ports: kernel (as connect() of the era), shared (one sequence for all), fixed.",
        HelpName = "KIND",
    };

    private static readonly Option<string> Protocol = new("--protocol") { Description = "tcp or udp.", HelpName = "NAME" };
    private static readonly Option<int?> Connections = new("--connections")
    {
        Description = "Connections of one trial. This and every other count may end in k or M.",
        HelpName = "N",
    };

    private static readonly Option<double> Precision = new("--precision")
    {
        Description = "Stop a cell when half its 95 % interval is this share of the rate.",
        HelpName = "SHARE",
        DefaultValueFactory = _ => UsualPrecision,
    };

    private static readonly Option<double> Resolution = new("--resolution")
    {
        Description = "Stop a cell when half its 95 % interval is this narrow, whatever the rate.",
        HelpName = "RATE",
        DefaultValueFactory = _ => UsualResolution,
    };

    private static readonly Option<int> MaxTrials = new("--max-trials")
    {
        Description = "Maximum number of trials of a cell.",
        HelpName = "N",
        DefaultValueFactory = _ => UsualMaxTrials,
    };

    private static readonly Option<double?> Seconds = new("--seconds")
    {
        Description = "Time limit of the run in seconds. Default: the preset's.",
        HelpName = "S",
    };

    private static readonly Option<string> LikeKernel = new("--like-kernel")
    {
        Description = "A run of the command kernel: take its window, path time and rate.",
        HelpName = "RUN",
    };

    private static readonly Option<bool> Strict = new("--strict")
    {
        Description = "End with exit code 1 if a cell was disturbed: its workers did not run together often enough for a rate.",
    };

    private static readonly IReadOnlyList<Option> All =
    [
        Preset, System, CpuOption.Option, Eras, Modes, Designs, Clients, Threads, Destinations, Ports, Pool, Occupancy, Fill, Churn, Window,
        PathTime,
        Arrivals, SourcePorts, Protocol, Connections, Seconds, Precision, Resolution, MaxTrials, Seed, LikeKernel, Strict,
    ];

    public static void AddTo(Command command)
    {
        foreach (Option option in All)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The arguments of one of several processes: those of this one with a share of the time and a seed of its own.</summary>
    public static IEnumerable<string> Share(ParseResult parsed, RacePlan plan, int index, int count) =>
    [
        "race",
        .. All
            .Except([CpuOption.Option, Seconds, Seed, LikeKernel])
            .Select(parsed.GetResult)
            .OfType<OptionResult>()
            .Where(result => !result.Implicit)
            .SelectMany(result => result.Tokens.Select(token => token.Value).Prepend(result.Option.Name)),
        CpuOption.Option.Name, string.Join(',', plan.Cpus.Cpus.Select(cpu => FormattableString.Invariant($"{cpu}-{cpu}"))),
        Seconds.Name, ProcessOptions.Share(plan.Limits.Seconds, count),
        .. parsed.GetValue(LikeKernel) is null ? (string[])[] : AsResolved(plan.Preset.Series[0]),
        Seed.Name, unchecked(plan.Seed + (ulong)index).ToString(CultureInfo.InvariantCulture),
    ];

    // A process of its own would time its own code once more, and race a slightly different window.
    private static string[] AsResolved(PresetSeries series) =>
        [Window.Name, series.Window![0], PathTime.Name, series.PathTime![0], Arrivals.Name, series.Arrival![0]];

    /// <summary>The preset with the lists of the command line in place of its own.</summary>
    public static PresetFile Override(PresetFile preset, ParseResult parsed) => preset with
    {
        Overrides =
        [
            .. Changes(parsed).Select(result => $"{result.Option.Name} {string.Join(' ', result.Tokens.Select(token => token.Value))}"),
        ],
        Series =
        [
            .. preset.Series.Where(series => !series.IsPair || !IsChanged(parsed) || preset.Series.All(each => each.IsPair))
                .Select(series => series with
            {
                Eras = Texts(parsed, Eras) is ["all"] ? [.. EraCatalog.All.Select(era => era.Name)] : Texts(parsed, Eras) ?? series.Eras,
                Modes = Texts(parsed, Modes) ?? series.Modes,
                Designs = Texts(parsed, Designs) ?? series.Designs,
                Clients = Numbers<int>(parsed, Clients) ?? series.Clients,
                Threads = Numbers<int>(parsed, Threads) ?? series.Threads,
                Destinations = Numbers<int>(parsed, Destinations) ?? series.Destinations,
                Ports = Texts(parsed, Ports) ?? series.Ports,
                Pool = Numbers<int>(parsed, Pool) ?? series.Pool,
                Occupancy = Numbers<double>(parsed, Occupancy) ?? series.Occupancy,
                Fill = parsed.GetValue(Fill) ?? series.Fill,
                Churn = Numbers<double>(parsed, Churn) ?? series.Churn,
                Window = Texts(parsed, Window) ?? series.Window,
                PathTime = Texts(parsed, PathTime) ?? series.PathTime,
                Arrival = Texts(parsed, Arrivals) ?? series.Arrival,
                SourcePorts = parsed.GetValue(SourcePorts) ?? series.SourcePorts,
                Protocol = parsed.GetValue(Protocol) ?? series.Protocol,
                Connections = parsed.GetValue(Connections) ?? series.Connections,
            }),
        ],
    };

    private static IEnumerable<OptionResult> Changes(ParseResult parsed) =>
        All.Except([Preset, System, CpuOption.Option, Seconds, Precision, Resolution, MaxTrials, Seed])
            .Select(parsed.GetResult).OfType<OptionResult>().Where(result => !result.Implicit);

    // The fixed pair is what all machines race alike: a sweep of one's own has none.
    private static bool IsChanged(ParseResult parsed) => Changes(parsed).Any(result => result.Option != Strict);

    /// <summary>Whether the price list is asked for, which has its own workloads.</summary>
    /// <exception cref="UsageException">So it is, with an option that would change them.</exception>
    public static bool AsksForPrices(ParseResult parsed)
    {
        if (parsed.GetValue(Preset) != PriceList.Name)
        {
            return false;
        }

        if (ProcessOptions.AreGiven(parsed))
        {
            throw new UsageException("--preset prices runs in one process: leave --runs and --placement out");
        }

        Refuse(
            parsed,
            All.Except([Preset, System, CpuOption.Option, Seconds, Precision, Resolution, MaxTrials, Seed]),
            "has workloads of its own",
            "--preset prices");
        return true;
    }

    /// <summary>What a race of systems begins with.</summary>
    /// <exception cref="UsageException">An option is there that belongs to the race of kernel eras.</exception>
    public static PresetFile OfSystems(ParseResult parsed)
    {
        Refuse(
            parsed, [Preset, Eras, Designs, Threads, Churn, PathTime, Fill, Protocol, LikeKernel], "races other systems, not kernel eras",
            "--system");

        return new PresetFile
        {
            Name = "systems",
            Summary = "Port allocators of other systems, raced on one workload.",
            Source = "the systems' own code; see the command allocators.",
            Shows =
            [
                new("insert_failed counts lost and refused connections; the parts tell them apart: keep-port and search were lost in the "
                    + "window, exhausted were refused. A system without a window loses none.", new Dictionary<string, string>()),
            ],
            Seconds = 60,
            Series =
            [
                new PresetSeries
                {
                    Arrival = ["bursts:1us"],
                    Window = ["1us"],
                    Ports = ["own"],
                    Modes = ["default"],
                    Clients = [40],
                    Protocol = "udp",
                },
            ],
        };
    }

    /// <summary>The preset at the pace of a live kernel, where a run that measured one is named.</summary>
    public static PresetFile AtPace(PresetFile preset, ParseResult parsed)
    {
        if (parsed.GetValue(LikeKernel) is not { } path)
        {
            return preset;
        }

        KernelPace pace = SoundRun.ReadFile(path).Pace
            ?? throw new UsageException($"--like-kernel {path}: the run holds no timing of a kernel; measure one with the command kernel");
        OwnTiming own = OwnTiming.Measure(CpuOption.Resolve(parsed).Cpus[0])
            ?? throw new UsageException($"--like-kernel: {OwnTiming.Disturbed}; stop it, or name another CPU first in --cpus");
        return own.Apply(pace, preset);
    }

    /// <summary>Whether a disturbed cell fails the run.</summary>
    public static bool IsStrict(ParseResult parsed) => parsed.GetValue(Strict);

    public static RaceLimits ResolveLimits(ParseResult parsed, double usualSeconds)
    {
        double seconds = parsed.GetValue(Seconds) ?? usualSeconds;
        double precision = parsed.GetValue(Precision);
        double resolution = parsed.GetValue(Resolution);
        int most = parsed.GetValue(MaxTrials);
        Check(seconds > 0 && double.IsFinite(seconds), "--seconds", "use a number above 0");
        Check(precision is > 0 and < 1, "--precision", "use a share between 0 and 1");
        Check(resolution is > 0 and < 1, "--resolution", "use a rate between 0 and 1");
        Check(most >= 1, "--max-trials", "use at least 1");
        return Limits(precision, resolution, most, seconds);
    }

    /// <summary>The limits of a race that leaves precision and resolution to their defaults.</summary>
    public static RaceLimits UsualLimits(int maxTrials, double seconds) => Limits(UsualPrecision, UsualResolution, maxTrials, seconds);

    /// <summary>Every option as resolved, for the run's record.</summary>
    public static IReadOnlyDictionary<string, string> Resolved(PresetFile preset, CpuSet cpus, RaceLimits limits, ulong seed) =>
        new Dictionary<string, string>(Resolved(preset.Name, cpus, limits, seed))
        {
            ["connections"] = string.Join(',', preset.Series.Select(series => series.Connections ?? 10_000).Distinct()),
            ["fill"] = string.Join(',', preset.Series.Select(series => series.Fill ?? "self").Distinct()),
        };

    /// <summary>The options that every race has, as resolved.</summary>
    public static IReadOnlyDictionary<string, string> Resolved(string preset, CpuSet cpus, RaceLimits limits, ulong seed) =>
        new Dictionary<string, string>
        {
            ["preset"] = preset,
            ["cpus"] = cpus.ToString(),
            ["seconds"] = limits.Seconds.ToString(CultureInfo.InvariantCulture),
            ["precision"] = limits.Precision.ToString(CultureInfo.InvariantCulture),
            ["resolution"] = limits.Resolution.ToString(CultureInfo.InvariantCulture),
            ["max-trials"] = limits.MaxTrials.ToString(CultureInfo.InvariantCulture),
            ["min-trials"] = limits.MinTrials.ToString(CultureInfo.InvariantCulture),
            ["seed"] = seed.ToString(CultureInfo.InvariantCulture),
        };

    private static RaceLimits Limits(double precision, double resolution, int maxTrials, double seconds) =>
        new(precision, resolution, Math.Min(8, maxTrials), maxTrials, seconds);

    private static void Refuse(ParseResult parsed, IEnumerable<Option> options, string reason, string because)
    {
        if (options.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } unfit)
        {
            throw new UsageException($"{because} {reason}: leave {unfit.Name} out");
        }
    }

    private static Option<string> List(string name, string description, string example) => List(name, name, description, example);

    private static Option<string> List(string name, string alias, string description, string example) =>
        new(name, alias == name ? [] : [alias]) { Description = $"{description} A list sweeps.", HelpName = example };

    private static string[]? Texts(ParseResult parsed, Option<string> option) =>
        parsed.GetValue(option) is { } text ? OptionList.Split(option.Name, text) : null;

    private static T[]? Numbers<T>(ParseResult parsed, Option<string> option)
        where T : struct, INumber<T>, IMinMaxValue<T> =>
        Texts(parsed, option)?.Select(text => CountText.TryParse(text, out T value)
            ? value
            : throw new UsageException($"{option.Name} {text}: write a number, for example 40 or 2k")).ToArray();

    private static void Check(bool holds, string option, string fix)
    {
        if (!holds)
        {
            throw new UsageException($"{option}: {fix}");
        }
    }
}
