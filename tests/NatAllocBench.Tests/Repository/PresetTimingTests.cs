using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;

namespace NatAllocBench.Tests.Repository;

/// <summary>The presets that imitate a kernel have the timing that docs/race-and-kernel.md shows.</summary>
public class PresetTimingTests
{
    /// <summary>A machine's pace differs from another's by about this factor; a preset has one for all.</summary>
    private const double Machines = 1.7;

    /// <summary>What the model's window takes without an added wait, about, ns.</summary>
    private const double OwnWindowNs = 250;

    [Theory]
    [InlineData("quick", "what it costs")]
    [InlineData("xing-2018", null)]
    [InlineData("xing-2021", null)]
    [InlineData("mitigations", null)]
    [InlineData("predictions", null)]
    public void Window_and_path_are_those_of_a_kernel(string preset, string? withoutTiming)
    {
        IEnumerable<PresetSeries> timed = PresetFile.Load(preset).Series.Where(series => series.Name != withoutTiming);
        Assert.All(timed, series => Assert.All(Paces(), pace =>
        {
            double path = Duration.ParseNanoseconds(Assert.Single(series.PathTime!));
            Assert.InRange(path, pace.PathTimeNs / Machines, pace.PathTimeNs * Machines);
            double[] windows = [.. series.Window!.Select(window => Duration.ParseNanoseconds(window) + OwnWindowNs)];
            Assert.Contains(windows, window => window > pace.WindowNs / Machines && window < pace.WindowNs * Machines);
        }));
    }

    /// <summary>
    /// The recorded 6.18.44: 149,373 packets/s on one CPU with a window of 0.9 us. And every published run on a machine that had nothing
    /// else to do: other work makes packets look slower.
    /// </summary>
    private static IEnumerable<KernelPace> Paces() =>
    [
        new() { WindowNs = 900, PathTimeNs = (1e9 / 149_373) - 900, PacketsPerSecond = 251_446 },
        .. new ResultsStore(Path.Combine(RepositoryTests.Root, "results")).RunDirectories()
            .Select(RunFormat.ReadFile)
            .Where(run => run.Name == "race-and-kernel" && !run.Machine.Warnings.Any(IsOtherWork))
            .Select(run => run.Pace!),
    ];

    private static bool IsOtherWork(string warning) => warning.StartsWith("other work took", StringComparison.Ordinal);
}
