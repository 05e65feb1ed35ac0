using System.Globalization;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Throughput;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Calibrating;

/// <summary>
/// What the processes of a pair measure: closed races for their speeds, bursts for their rates, and two designs on one and two threads.
/// All of it in one process, because most of a process is its start.
/// </summary>
/// <param name="Processes">Processes of each side.</param>
/// <param name="SecondsOfProcess">Seconds that each of them measures, half of them races.</param>
/// <param name="Seed">The first seed.</param>
internal sealed record PairPlan(CpuSet Cpus, int Processes, double SecondsOfProcess, ulong Seed)
{
    private const int Clients = 40;
    private const int ConnectionsOfTrial = 20_000;
    private const int ConnectionsOfRound = 20_000;
    private const int RoundsOfBlock = 3;

    /// <summary>Races without a wait before the allocation: their speed is compared, and hardly any of them fails.</summary>
    public static IReadOnlyList<CellPlan> SpeedRaces { get; } =
        [.. CellPlan.Of(Series("6.12", "closed", pathTime: "0"))];

    /// <summary>Races at a pace of their own: how many fail is compared.</summary>
    public static IReadOnlyList<CellPlan> RateRaces { get; } =
        [.. CellPlan.Of(Series("4.14", "bursts:4us", pathTime: "2us"))];

    /// <summary>The table designs.</summary>
    public static IReadOnlyList<TableDesign> Designs { get; } = [TableDesign.OfTheModel[0], TableDesign.OfTheModel[^1]];

    /// <summary>The workloads of the designs.</summary>
    public IReadOnlyList<ThroughputWorkload> Workloads =>
    [
        .. (Cpus.Count > 1 ? (int[])[1, 2] : [1]).Select(threads => new ThroughputWorkload
        {
            Era = EraCatalog.Get("6.12"),
            Mode = RaceMode.Default,
            Connections = ConnectionsOfRound,
            Threads = threads,
        }),
    ];

    /// <summary>Whether a process belongs to the first side: A B B A, so that a drift of the machine falls on both alike.</summary>
    public static bool IsFirst(int index) => index % 4 is 0 or 3;

    /// <summary>The limits of the races: the time alone.</summary>
    public RaceLimits RaceLimits { get; } =
        new(Precision: 1e-9, Resolution: 1e-9, MinTrials: 1, MaxTrials: int.MaxValue / 100, SecondsOfProcess / 2);

    /// <summary>What a process measures of designs.</summary>
    public ThroughputPlan Throughput(IReadOnlyList<TableDesign> designs) => new()
    {
        Cpus = Cpus,
        Designs = designs,
        Workloads = Workloads,
        RoundsOfBlock = RoundsOfBlock,
        MaxRounds = int.MaxValue,
        Seconds = SecondsOfProcess / 2,
        Seed = Seed,
    };

    /// <summary>The arguments of the process with a number.</summary>
    public IEnumerable<string> Arguments(int index) =>
    [
        "calibrate-compare",
        "--process-seconds", SecondsOfProcess.ToString(CultureInfo.InvariantCulture),
        "--seed", unchecked(Seed + (ulong)index).ToString(CultureInfo.InvariantCulture),
        "--cpus", string.Join(',', Cpus.Cpus.Select(cpu => FormattableString.Invariant($"{cpu}-{cpu}"))),
    ];

    private static PresetSeries Series(string era, string arrival, string pathTime) => new()
    {
        Eras = [era],
        Modes = [RaceMode.Default.Name],
        Clients = [Clients],
        Window = ["500ns", "1us"],
        PathTime = [pathTime],
        Arrival = [arrival],
        SourcePorts = "shared",
        Connections = ConnectionsOfTrial,
    };
}
