using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;
using NatAllocBench.Results.Validation;
using NatAllocBench.Running;

namespace NatAllocBench.Predicting;

/// <summary>Where window and path of a forecast are from: a run, this machine, a kernel, or the user.</summary>
internal static class CostSource
{
    /// <summary>The window that asks for that of a run.</summary>
    public const string Run = "run";

    private const string Machine = "machine";
    private const string Live = "live:";
    private const double LivePath = 6e-6;
    private const double OwnPath = 0.5e-6;

    /// <summary>Trials of two milliseconds: other work seldom takes a CPU in all of them.</summary>
    private const int CalibrationTrials = 60;
    private const int CalibrationConnections = 400;

    /// <summary>The costs.</summary>
    /// <param name="window">run, live:TIME or a time.</param>
    /// <param name="from">A published run, the file or directory of any run, machine, or null for the newest published race.</param>
    /// <param name="published">The published runs.</param>
    public static Costs Of(string window, string? from, PublishedCells published) => window switch
    {
        _ when window.StartsWith(Live, StringComparison.Ordinal) =>
            new Costs(UsageException.Parse("--window", window[Live.Length..], Node.Inputs.Seconds.Parse), 0, LivePath,
                "a live kernel's, as given"),
        not Run => new Costs(UsageException.Parse("--window", window, Node.Inputs.Seconds.Parse), 0, OwnPath, "as given"),
        _ when from is null => OfPublished(published),
        _ when from == Machine => OfMachine(),
        _ => OfRun(from, published),
    };

    private static Costs OfPublished(PublishedCells published)
    {
        PublishedCell[] cells = [.. published.Races.Where(IsPlain)];
        return cells.Length == 0
            ? throw new UsageException("no published run has a window without an addition: say --window TIME")
            : OfCells(cells);
    }

    private static Costs OfRun(string from, PublishedCells published)
    {
        string name = from.Replace('\\', '/').TrimEnd('/');
        PublishedCell[] cells =
        [
            .. published.Races.Where(IsPlain).Where(one =>
                name.EndsWith(one.Run, StringComparison.Ordinal) || name.EndsWith($"{one.Run}/run.json", StringComparison.Ordinal)),
        ];
        if (cells.Length > 0)
        {
            return OfCells(cells);
        }

        RunRecord? run = Path.Exists(from) ? SoundRun.ReadFile(from) : null;
        if (run?.Pace is { } pace)
        {
            return new Costs(pace.WindowNs * 1e-9, ErrorOf(run, pace), pace.PathTimeNs * 1e-9, $"the kernel's that {name} measured");
        }

        cells = run is RunRecord<RaceCell> race
            ? [.. race.Cells.Where(cell => cell.Missing is null).Select(cell => new PublishedCell(name, cell)).Where(IsPlain)]
            : [];
        return cells.Length > 0
            ? OfCells(cells)
            : throw new UsageException($"--from {from}: this is no run with a kernel's pace, and none with a race cell that has an empty "
                + "table and no added window; choose another, or say --from machine or --window TIME");
    }

    private static bool IsPlain(PublishedCell one) => one.WindowSeconds is not null
        && one.Cell is { System: "model", Occupancy: null or 0, WindowAddedNs: null or 0 };

    private static Costs OfCells(PublishedCell[] cells)
    {
        string newest = cells.OrderBy(one => one.Run.Split('/')[^1], StringComparer.Ordinal).Last().Run;
        double[] windows = [.. cells.Where(one => one.Run == newest).Select(one => one.WindowSeconds!.Value)];
        double mean = windows.Average();
        return new Costs(mean, Math.Sqrt(windows.Average(one => Math.Pow(one - mean, 2))) / mean, OwnPath,
            $"the model's own, {windows.Length} cells of {newest}");
    }

    /// <summary>A comparison with the kernel holds the interval of its window; a run of kernel alone does not.</summary>
    private static double ErrorOf(RunRecord run, KernelPace pace)
    {
        ComparisonCell? fitted = (run as RunRecord<ComparisonCell>)?.Cells.FirstOrDefault(cell => cell.Kernel == pace.WindowNs);
        return fitted is { KernelLow: { } low, KernelHigh: { } high } ? (high - low) / (2 * NormalQuantile.Of95 * pace.WindowNs) : 0;
    }

    /// <summary>Races on two CPUs, whose windows are those of two CPUs at work; one CPU alone where there is no second.</summary>
    private static Costs OfMachine()
    {
        int[] cpus = [.. CpuSet.Allowed().Cpus.Take(2)];
        var workload = new RaceWorkload
        {
            Era = EraCatalog.Get("4.14"),
            Mode = RaceMode.Default,
            Clients = 40,
            Connections = CalibrationConnections,
            Arrival = Arrival.Parse("poisson:200000"),
            SourcePorts = SourcePortChoice.Shared,
        };
        double[] windows =
        [
            .. Enumerable.Range(1, CalibrationTrials)
                .Select(seed => RaceTrial.Run(workload, cpus, (ulong)seed))
                .Skip(1)
                .Where(trial => trial is { Overlap.Counts: true, Window.Count: > 0 })
                .Select(trial => trial!.Window.Recorded().Sum(bin => (double)bin.Nanoseconds * bin.Count) / trial.Window.Count),
        ];
        if (windows.Length < 2)
        {
            throw new UsageException("--from machine: other work took the CPUs in nearly every trial; stop it, or say --window TIME");
        }

        double mean = windows.Average();
        double deviation = Math.Sqrt(windows.Sum(one => Math.Pow(one - mean, 2)) / (windows.Length - 1));
        return new Costs(mean * 1e-9, deviation / mean / Math.Sqrt(windows.Length), OwnTiming.Measure(cpus[0]).PathNs * 1e-9,
            $"the model's own on this machine, {windows.Length} trials on {cpus.Length} CPUs");
    }
}
