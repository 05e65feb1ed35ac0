using System.Globalization;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Throughput;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Calibrating;

/// <summary>
/// What the processes of a pair measure: closed races for their speeds, bursts for their rates, and two designs on one and two threads.
/// All of it in one process, because much of a process is its start.
/// </summary>
/// <param name="Processes">Processes of each side.</param>
/// <param name="SecondsOfProcess">Seconds that each of them measures.</param>
/// <param name="Seed">The first seed.</param>
internal sealed record PairPlan(CpuSet Cpus, int Processes, double SecondsOfProcess, ulong Seed)
{
    // Many short trials: of each cell three must be left where the workers of one did not run together.
    private const int ConnectionsOfSpeed = 5000;
    private const int ConnectionsOfRate = 8000;
    private const int ConnectionsOfRound = 20_000;
    private const int RoundsOfBlock = 3;

    // The other three fifths are for tables: on one thread their rounds scatter by more than their processes do, so few rounds of many
    // processes find little.
    private const double ShareOfRaces = 1 / 5.0;

    /// <summary>Races without a wait before the allocation: their speed is compared, and hardly any of them fails.</summary>
    public static IReadOnlyList<CellPlan> SpeedRaces { get; } =
        [.. CellPlan.Of(Series(Searching, "closed", pathTime: "0", clients: 40, ConnectionsOfSpeed, "500ns", "1us"))];

    /// <summary>
    /// Races at a pace of their own: how many fail is compared. Few clients to a burst, so that many fail; one cell of the rover era, in
    /// which the CPUs bring each other into step, and whose rate therefore drifts with the least of the machine's changes.
    /// </summary>
    public static IReadOnlyList<CellPlan> RateRaces { get; } =
    [
        .. CellPlan.Of(Series(Searching, "bursts:4us", pathTime: "2us", clients: 10, ConnectionsOfRate, "500ns", "1us")),
        .. CellPlan.Of(Series(Rover, "bursts:4us", pathTime: "2us", clients: 10, ConnectionsOfRate, "1us")),
    ];

    /// <summary>The era that searches from a random port.</summary>
    public const string Searching = "6.12";

    /// <summary>The era that searches from a shared one.</summary>
    public const string Rover = "4.14";

    /// <summary>The table designs.</summary>
    public static IReadOnlyList<TableDesign> Designs { get; } = [TableDesign.OfTheModel[0], TableDesign.OfTheModel[^1]];

    /// <summary>The workloads of the designs.</summary>
    public IReadOnlyList<ThroughputWorkload> Workloads =>
    [
        .. (Cpus.Count > 1 ? (int[])[1, 2] : [1]).Select(threads => new ThroughputWorkload
        {
            Era = EraCatalog.Get(Searching),
            Mode = RaceMode.Default,
            Connections = ConnectionsOfRound,
            Threads = threads,
        }),
    ];

    /// <summary>Whether a process belongs to the first side: A B B A, so that a drift of the machine falls on both alike.</summary>
    public static bool IsFirst(int index) => index % 4 is 0 or 3;

    /// <summary>The limits of the races for speeds, and of those for rates: the time alone.</summary>
    public RaceLimits RaceLimits { get; } =
        new(Precision: 1e-9, Resolution: 1e-9, MinTrials: 1, MaxTrials: int.MaxValue / 100, SecondsOfProcess * ShareOfRaces);

    /// <summary>What a process measures of designs.</summary>
    public ThroughputPlan Throughput(IReadOnlyList<TableDesign> designs) => new()
    {
        Cpus = Cpus,
        Designs = designs,
        Workloads = Workloads,
        RoundsOfBlock = RoundsOfBlock,
        MaxRounds = int.MaxValue,
        Seconds = SecondsOfProcess * (1 - (2 * ShareOfRaces)),
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

    private static PresetSeries Series(
        string era, string arrival, string pathTime, int clients, int connections, params string[] windows) => new()
        {
            Eras = [era],
            Modes = [RaceMode.Default.Name],
            Clients = [clients],
            Window = windows,
            PathTime = [pathTime],
            Arrival = [arrival],
            SourcePorts = "shared",
            Connections = connections,
        };
}
