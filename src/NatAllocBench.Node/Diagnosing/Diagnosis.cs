using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Node.Causes;
using NatAllocBench.Node.Rules;
using NatAllocBench.Prediction.Racing;

namespace NatAllocBench.Node.Diagnosing;

/// <summary>Everything that a node's files tell about its NAT.</summary>
internal sealed record Diagnosis
{
    private const double UsualWindow = 0.9e-6;
    private const double LowestWindow = 0.3e-6;
    private const double HighestWindow = 3e-6;
    private const int HalfOfEphemeralPorts = 14_116;
    private const double FullLoad = 0.9;

    public required EraMatch Era { get; init; }

    public required NodeFiles Files { get; init; }

    public required DiagnoseOptions Options { get; init; }

    public required IReadOnlyList<DestinationReport> Destinations { get; init; }

    /// <summary>Null without two readings of the counters.</summary>
    public FailureCauses? Causes { get; init; }

    /// <summary>Expected losses of the race per second.</summary>
    public Bounded RacePerSecond { get; init; }

    /// <summary>Share of them on kept ports.</summary>
    public double KeptShareOfRace { get; init; }

    /// <summary>New connections per second, all destinations.</summary>
    public double Rate => Destinations.Sum(destination => destination.Rate?.Value ?? 0);

    /// <summary>Expected failures of a search per second.</summary>
    public double ExhaustedPerSecond => Destinations.Sum(destination => Exhausted(destination));

    /// <summary>Share of connections lost, measured if two readings are there, else expected.</summary>
    public double Loss => Rate == 0 ? 0
        : Causes is { } causes ? Math.Min(1, causes.Total / (Rate * causes.Seconds))
        : Math.Min(1, (RacePerSecond.Value + ExhaustedPerSecond) / Rate);

    /// <summary>Whether something is above the threshold.</summary>
    public bool HasFinding => Loss > Options.FailAbove || Destinations.Any(destination => destination.Load > FullLoad);

    /// <summary>Diagnoses a node.</summary>
    public static Diagnosis Of(NodeFiles now, NodeFiles? before, DiagnoseOptions options)
    {
        if (now.Table is null && now.Counters is null && now.Rules.Count == 0)
        {
            throw new NodeInputException("nothing to diagnose: give conntrack -L, -E or -S, or iptables-save -c of the node");
        }

        EraMatch era = EraOf(now.Kernel ?? before?.Kernel, options);
        IReadOnlyList<DestinationReport> destinations = new DestinationSurvey(now, before, era.Era, options.Interval).Run();
        (Bounded race, double kept) = Race(destinations, now.Cpus ?? before?.Cpus ?? 2, options.Window);
        var diagnosis = new Diagnosis
        {
            Era = era,
            Files = now,
            Options = options,
            Destinations = destinations,
            RacePerSecond = race,
            KeptShareOfRace = kept,
        };
        return now.Counters is { } counters && before?.Counters is { } earlier && options.Interval is { } seconds
            ? diagnosis with { Causes = Split(diagnosis, counters.Since(earlier), seconds) }
            : diagnosis;
    }

    private static FailureCauses Split(Diagnosis diagnosis, Counters counted, double seconds)
    {
        DestinationReport? busiest = diagnosis.Destinations.MaxBy(destination => destination.Rate?.Value ?? 0);
        Bounded race = diagnosis.RacePerSecond;
        return FailureCauses.Of(
            counted, seconds, diagnosis.Era.Era, busiest?.Limits ?? DestinationSurvey.LimitsOf(null, 6, diagnosis.Era.Era),
            diagnosis.ExhaustedPerSecond * seconds, diagnosis.Destinations.Any(destination => destination.Used == destination.Limits.Ports),
            new Bounded(race.Value * seconds, race.Low * seconds, race.High * seconds), diagnosis.KeptShareOfRace);
    }

    private static EraMatch EraOf(string? release, DiagnoseOptions options)
    {
        if (options.Era is { } name)
        {
            Era era = EraCatalog.Find(name) ?? throw new NodeInputException($"--era {name}: unknown; the command eras lists the names");
            return new EraMatch(KernelRelease.Parse(era.Version.ToString()), era, era, null, [], [], []);
        }

        string text = options.Kernel ?? release
            ?? throw new NodeInputException("the kernel is unknown: add a file with uname -r, or --kernel RELEASE, or --era ERA");
        try
        {
            return EraCatalog.Match(text);
        }
        catch (Exception e) when (e is FormatException or ArgumentOutOfRangeException)
        {
            throw new NodeInputException($"kernel {text}: {e.Message.Split(" (Parameter")[0]}");
        }
    }

    internal static double Exhausted(DestinationReport destination) =>
        (destination.Rate?.Value ?? 0) * (destination.Mode is RealMode.KeepThenRandom or RealMode.KeepThenRover ? 1 - destination.KeptShare
            : 1)
            * destination.Search.Failure;

    private static (Bounded PerSecond, double KeptShare) Race(IReadOnlyList<DestinationReport> destinations, int cpus, double? window)
    {
        double kept = 0;
        double searched = 0;
        double mean = window ?? UsualWindow;
        foreach (DestinationReport destination in destinations.Where(destination => destination.Rate is not null))
        {
            (double keep, double search) = RaceOf(destination, cpus, mean);
            kept += keep * destination.Rate!.Value.Value;
            searched += search * destination.Rate.Value.Value;
        }

        double sum = kept + searched;
        return (
            new Bounded(sum, sum * (window is null ? LowestWindow / UsualWindow : 0.5),
                sum * (window is null ? HighestWindow / UsualWindow : 2)),
            sum == 0 ? 0 : kept / sum);
    }

    /// <summary>Shares of the connections to a destination that lose either race.</summary>
    internal static (double Kept, double Searched) RaceOf(DestinationReport destination, int cpus, double window, RealMode? otherMode =
        null)
    {
        RealMode mode = otherMode ?? destination.Mode;
        bool keeps = mode is RealMode.KeepThenRandom or RealMode.KeepThenRover;
        double overlap = Overlap.OfPoisson(destination.Rate!.Value.Value, window, cpus);
        double keeping = keeps ? destination.KeptShare : 0;
        SearchStart start = mode is RealMode.KeepThenRover or RealMode.OneStart ? SearchStart.Same : SearchStart.Random;
        double meeting = Meeting.Chance(start, destination.Limits.Ports, Math.Min(destination.Load, 0.999));
        double others = (Math.Max(1, destination.Clients) - 1.0) / Math.Max(1, destination.Clients);
        return (RaceLoss.OfKeptPort(overlap, keeping, HalfOfEphemeralPorts, others), RaceLoss.OfSearch(overlap, 1 - keeping, meeting));
    }
}
