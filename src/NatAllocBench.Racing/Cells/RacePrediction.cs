using NatAllocBench.Prediction.Racing;
using NatAllocBench.Racing.Clients;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Racing.Cells;

/// <summary>The failure rate that the closed form expects of a cell from its measured windows, or why none applies.</summary>
/// <param name="Rate">Share of the connections, 0 to 1; null where no form applies.</param>
/// <param name="WhyNot">The reason then.</param>
internal readonly record struct RacePrediction(double? Rate, string? WhyNot)
{
    /// <summary>Above this load of a CPU connections queue, and the form is too low.</summary>
    public const double MostLoad = 0.35;

    /// <summary>
    /// Above this share of taken ports an unlimited search (up to 4.20) from a random start makes scans that no form follows. The full
    /// range draws ports 1024 to 2047 twice as often: above half full they overflow into one block of thousands of ports, and searches that
    /// scan it catch up with each other.
    /// </summary>
    public const double MostScannedLoad = 0.5;

    private const string ReservedPorts =
        "no closed form is needed: a port that is reserved cannot be lost, and only an exhausted range fails";

    private const string ShortWindow = "the recorded window is shorter than the time in which one rover collides";

    /// <summary>Time of a connection outside its window with an empty table, s.</summary>
    public const double OwnPathSeconds = 0.5e-6;

    /// <summary>The prediction.</summary>
    /// <param name="workload">What is raced.</param>
    /// <param name="cpus">Workers.</param>
    /// <param name="window">The windows that were measured.</param>
    public static RacePrediction Of(RaceWorkload workload, int cpus, WindowHistogram window)
    {
        if (window.Count == 0)
        {
            return new RacePrediction(null, "no window was measured");
        }

        // A reason that holds for any window comes first.
        RacePrediction prediction = Of(workload, cpus, RecordedLengths.Of([window]).MeanNs * 1e-9);
        return prediction.Rate is not null && StartOf(workload) == SearchStart.Same ? new RacePrediction(null, ShortWindow) : prediction;
    }

    /// <summary>The prediction from a mean window.</summary>
    /// <param name="workload">What is raced.</param>
    /// <param name="cpus">Workers.</param>
    /// <param name="windowSeconds">Mean window, s.</param>
    public static RacePrediction Of(RaceWorkload workload, int cpus, double windowSeconds)
    {
        if (WhyNotFor(workload) is { } why)
        {
            return new RacePrediction(null, why);
        }

        double perSecond = PerSecond(workload);
        double load = perSecond / cpus * (windowSeconds + (workload.PathTimeNs * 1e-9) + OwnPathSeconds);
        if (load > MostLoad)
        {
            return new RacePrediction(null, FormattableString.Invariant($"CPUs busy {load * 100:0} % of the time"));
        }

        double overlap = (workload.Arrival is Arrival.Tick tick
            ? Overlap.OfTick(workload.Clients, tick.SpreadNs * 1e-9, windowSeconds, cpus)
            : Overlap.OfPoisson(perSecond, windowSeconds, cpus)) / workload.Destinations;
        return new RacePrediction(Math.Min(1, SearchLoss(workload, overlap) + KeptPortLoss(workload, windowSeconds, cpus)), null);
    }

    /// <summary>Loss of the search with a known overlap.</summary>
    /// <param name="workload">What is raced.</param>
    /// <param name="overlap">Expected overlapping partners of a connection.</param>
    public static double SearchLoss(RaceWorkload workload, double overlap)
    {
        double meeting = Meeting.OnOneAddress(Meeting.Chance(StartOf(workload), workload.PortCount, workload.Occupancy), workload.Pool);
        return RaceLoss.OfSearch(overlap, SearchingShare(workload), meeting);
    }

    private static string? WhyNotFor(RaceWorkload workload) => workload.Arrival is Arrival.Tick or Arrival.Poisson
        ? WhyNoLaw(workload)
        : workload.Design.IsWhatIf ? ReservedPorts : $"no closed form for {Word(workload.Arrival)}";

    /// <summary>Why neither the searches of a workload nor its kept ports follow a law, whenever connections arrive; null if they
    /// do.</summary>
    /// <param name="workload">What is raced.</param>
    public static string? WhyNoLaw(RaceWorkload workload) => workload switch
    {
        { Design.IsWhatIf: true } => ReservedPorts,
        { Threads: > 1 } => "no closed form for several threads of a client",
        { ChurnPerSecond: > 0 } => "no closed form for a steady state",
        _ when IsKeyedRandom(workload) => "convoys: long scans from one start",
        _ when ScansLong(workload) => "convoys: long scans from random starts",
        _ when !AlwaysSearches(workload.Mode) && workload.Occupancy > 0 => "no closed form for kept ports beside standing entries",
        _ when !AlwaysSearches(workload.Mode) && workload.SourcePorts == SourcePortChoice.Kernel =>
            "no closed form for kept ports of the kernel",
        _ when !AlwaysSearches(workload.Mode) && !HoldsClientPorts(workload) => "no closed form for client ports outside of the range",
        { Mode: var mode } when !AlwaysSearches(mode) && workload.Arrival is Arrival.Poisson && !workload.Era.HasRover =>
            "no closed form for kept ports of free clients",
        { Fill: not FillKind.Self, Occupancy: > 0 } => "no closed form for this fill",
        _ => null,
    };

    /// <summary>Whether a client's own port may be kept: the range holds all of the clients' default range.</summary>
    private static bool HoldsClientPorts(RaceWorkload workload)
    {
        LocalPortRange clients = LocalPortRange.Default(workload.Era.Version);
        return workload.PortMin <= clients.Low && workload.PortMax >= clients.High;
    }

    private static double PerSecond(RaceWorkload workload) => workload.Arrival switch
    {
        Arrival.Poisson poisson => poisson.PerSecond,
        Arrival.Tick tick => workload.Clients / (tick.SpreadNs * 1e-9),
        _ => 0,
    };

    private static SearchStart StartOf(RaceWorkload workload) =>
        workload.Mode == RaceMode.RoverInterlocked || workload.Mode == RaceMode.RoverCas ? SearchStart.Apart
        : !AlwaysSearches(workload.Mode) && workload.Era.HasRover ? SearchStart.Same
        : SearchStart.Random;

    /// <summary>With one sequence of ports for all, the first of the clients keeps its port and the others search.</summary>
    private static double SearchingShare(RaceWorkload workload) =>
        AlwaysSearches(workload.Mode) ? 1 : (workload.Clients - 1.0) / workload.Clients;

    private static double KeptPortLoss(RaceWorkload workload, double windowSeconds, int cpus) =>
        AlwaysSearches(workload.Mode) || workload.Clients == 1 || workload.Arrival is not Arrival.Tick tick
            ? 0
            : RaceLoss.OfKeptPortOnTick(tick.SpreadNs * 1e-9, windowSeconds, cpus) / workload.Destinations;

    /// <summary>Whether a mode never tries the client's own port.</summary>
    /// <param name="mode">The mode.</param>
    public static bool AlwaysSearches(RaceMode mode) => mode == RaceMode.Random || mode == RaceMode.RandomFully;

    private static bool IsKeyedRandom(RaceWorkload workload) =>
        workload.Mode == RaceMode.Random && workload.Era.Traits.IsRandomKeyed;

    private static bool ScansLong(RaceWorkload workload) =>
        workload.Mode == RaceMode.RandomFully && workload.Era.HasRover && workload.Occupancy > MostScannedLoad;

    private static string Word(Arrival arrival) => arrival.ToString()!.Split(':')[0];
}
