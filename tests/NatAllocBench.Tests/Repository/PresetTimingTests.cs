using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;

namespace NatAllocBench.Tests.Repository;

/// <summary>The presets that imitate a kernel have the timing of one that was recorded, as docs/race-and-kernel.md says.</summary>
public class PresetTimingTests
{
    /// <summary>The presets round.</summary>
    private const double Rounding = 1.1;

    /// <summary>"Faster or slower by about half", of the kernel of a published run.</summary>
    private const double Machines = 1.6;

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
        Assert.All(timed, series =>
        {
            double path = Duration.ParseNanoseconds(Assert.Single(series.PathTime!));
            double[] windows = [.. series.Window!.Select(window => Duration.ParseNanoseconds(window) + OwnWindowNs)];
            Assert.True(IsNear(Recorded, Rounding), series.Name);
            Assert.All(Published(), pace => Assert.True(IsNear(pace, Machines), $"{series.Name}: {pace.WindowNs}, {pace.PathTimeNs}"));

            bool IsNear(KernelPace pace, double factor) =>
                IsWithin(path, pace.PathTimeNs, factor) && windows.Any(window => IsWithin(window, pace.WindowNs, factor));
        });
    }

    /// <summary>149,373 packets/s on one CPU with a window of 0.9 us.</summary>
    private static KernelPace Recorded => new() { WindowNs = 900, PathTimeNs = (1e9 / 149_373) - 900, PacketsPerSecond = 251_446 };

    /// <summary>Of every published run on a machine that had nothing else to do: other work makes packets look slower.</summary>
    private static IEnumerable<KernelPace> Published() =>
        new ResultsStore(Path.Combine(RepositoryTests.Root, "results")).RunDirectories()
            .Select(RunFormat.ReadFile)
            .Where(run => run.Name is "race-and-kernel" or "race-and-kernel-udp" && !run.Machine.Warnings.Any(IsOtherWork))
            .Select(run => run.Pace!);

    private static bool IsWithin(double value, double other, double factor) => value > other / factor && value < other * factor;

    private static bool IsOtherWork(string warning) => warning.Contains("other work took", StringComparison.Ordinal);
}
