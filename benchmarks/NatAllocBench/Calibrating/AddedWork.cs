using System.Globalization;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Throughput;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Model;
using NatAllocBench.Running;

namespace NatAllocBench.Calibrating;

/// <summary>
/// The difference that is put into one side of a pair: time that every connection really takes longer, cell by cell. A closed race waits
/// before the allocation, so that its speed falls; a burst waits within the window, so that its rate rises; a table waits after each batch.
/// </summary>
internal sealed record AddedWork
{
    // A longer window makes the whole way longer too, and of the clients of a burst fewer are left to lose: in the rover era, where a
    // third do, more so. What it made of the rates is measured and in the table.
    private const double WindowForRate = 1.45;
    private const double WindowForRateOfRover = 1.8;

    /// <summary>For each race of <see cref="PairPlan.SpeedRaces"/>, ns a connection.</summary>
    public required IReadOnlyList<double> SpeedRaces { get; init; }

    /// <summary>For each race of <see cref="PairPlan.RateRaces"/>, ns a connection.</summary>
    public required IReadOnlyList<double> RateRaces { get; init; }

    /// <summary>For each design and number of threads, ns a connection, in the order of the cells.</summary>
    public required IReadOnlyList<double> Throughput { get; init; }

    /// <summary>What makes a difference of such a share, from what processes measured without it.</summary>
    /// <param name="sides">What they measured: of each cell the first that has a figure.</param>
    /// <param name="share">The share, 0.1 for 10 %.</param>
    /// <param name="partly">Whether a cell that all of them lack gets no work: a busy neighbour disturbs every closed loop.</param>
    /// <returns>The work, or null where a cell has no figure; with <paramref name="partly"/>, where none has.</returns>
    public static AddedWork? For(IReadOnlyList<PairSide> sides, double share, bool partly)
    {
        double?[] speeds = First(side => side.Speeds.Cells.Select(cell => cell.Cpus * 1e9 / cell.ConnectionsPerSecond * share));
        double?[] windows = First(side => side.Rates.Cells.Select(
            cell => cell.WindowP50Ns * share * (cell.Era == PairPlan.Rover ? WindowForRateOfRover : WindowForRate)));
        double?[] rounds = First(side => side.Throughput.Cells.Select(cell => cell.Threads * 1e9 / cell.ConnectionsPerSecond * share));
        double?[] all = [.. speeds, .. windows, .. rounds];
        return (partly ? all.All(ns => ns is null) : all.Any(ns => ns is null)) ? null : new AddedWork
        {
            SpeedRaces = [.. speeds.Select(ns => AskFor(ns ?? 0))],
            RateRaces = [.. windows.Select(ns => ns ?? 0)],
            Throughput = [.. rounds.Select(ns => ns ?? 0)],
        };

        double?[] First(Func<PairSide, IEnumerable<double?>> of) =>
            sides.Select(side => of(side).ToArray()).Aggregate((one, next) => [.. one.Zip(next, (a, b) => a ?? b)]);
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="UsageException">The text is something else.</exception>
    public static AddedWork Parse(string text)
    {
        double[][] lists = [.. text.Split(';').Select(list => list.Split(',').Select(Number).ToArray())];
        return lists is [var speeds, var rates, var rounds]
            && speeds.Length == PairPlan.SpeedRaces.Count && rates.Length == PairPlan.RateRaces.Count
            ? new AddedWork { SpeedRaces = speeds, RateRaces = rates, Throughput = rounds }
            : throw new UsageException($"--added {text}: is made by calibrate-compare for the processes that it starts");

        double Number(string part) => double.TryParse(part, CultureInfo.InvariantCulture, out double ns) && ns is >= 0 and < 1e6
            ? ns
            : throw new UsageException($"--added {part}: use times in ns, 0 to 1000000");
    }

    /// <summary>The harder races: those of speed first, then those of rate.</summary>
    public IEnumerable<CellPlan> Harder() =>
    [
        .. PairPlan.SpeedRaces.Zip(SpeedRaces, (cell, ns) => With(cell, work => work with { PathTimeNs = work.PathTimeNs + ns })),
        .. PairPlan.RateRaces.Zip(RateRaces, (cell, ns) => With(cell, work => work with { WindowAddedNs = work.WindowAddedNs + ns })),
    ];

    /// <summary>The slowed designs.</summary>
    public IEnumerable<TableDesign> Slowed() => PairPlan.Designs.Select((design, number) =>
        design.Slowed(workload => Throughput[((workload.Threads - 1) * PairPlan.Designs.Count) + number]));

    /// <inheritdoc/>
    public override string ToString() => string.Join(';', new[] { SpeedRaces, RateRaces, Throughput }.Select(
        list => string.Join(',', list.Select(ns => ns.ToString("R", CultureInfo.InvariantCulture)))));

    private static CellPlan With(CellPlan cell, Func<RaceWorkload, RaceWorkload> change) => cell with { Workload = change(cell.Workload) };

    // A wait of its own for every connection is too long by a reading of the clock, which is much of a tenth of a connection.
    private static double AskFor(double ns) => Math.Max(1, ns - BusyWait.Measure(ns).P50Ns);
}
