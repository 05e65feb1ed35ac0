using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;
using NatAllocBench.Results.Store;
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

    /// <summary>The costs.</summary>
    /// <param name="window">run, live:TIME or a time.</param>
    /// <param name="from">
    /// A published run, the file or directory of any run, or machine to measure here; null for the newest published race of this machine,
    /// and to measure here where there is none.
    /// </param>
    /// <param name="published">The published runs.</param>
    /// <param name="eras">Eras that are measured, if this machine is.</param>
    public static Costs Of(string window, string? from, PublishedCells published, IReadOnlyList<Era> eras) => window switch
    {
        _ when window.StartsWith(Live, StringComparison.Ordinal) =>
            Given(window[Live.Length..], LivePath, "a live kernel's, as given"),
        not Run => Given(window, OwnPath, "as given"),
        _ when from is null => OfThisMachine(published, eras),
        _ when from == Machine => MachineCosts.Measure(eras),
        _ => OfRun(from, published),
    };

    private static Costs Given(string window, double path, string source) =>
        new(UsageException.Parse("--window", window, Node.Inputs.Seconds.Parse), 0, path, source) { IsGiven = true };

    private static Costs OfThisMachine(PublishedCells published, IReadOnlyList<Era> eras)
    {
        string here = MachineIdentity.Fingerprint(RecordedMachine.Detect(CpuSet.Allowed()));
        PublishedCell[] cells = [.. published.Races.Where(IsPlain).Where(one => published.Machines[one.Run] == here)];
        return cells.Length > 0 ? OfCells(cells) : MachineCosts.Measure(eras);
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
}
