using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// The race beside kernels that are not at hand. Each kernel's own calibration gives the window, its packets per second the path; the rest
/// is the same work as then, raced on this machine.
/// </summary>
internal static class RecordedComparison
{
    private const string ThisKernel = "6.18.44";
    private const double OffsetNs = 8000;
    private const int Trials = 4;

    /// <summary>Trials are run until enough count, so many at most: whether threads ran together depends on the scheduler alone.</summary>
    private const int MostTrials = 10 * Trials;

    private const int LeastLosses = 20;

    private static readonly (string Name, double Fill, string Words)[] Lockstep =
    [
        ("A2o25", 0, RecordedJudge.Lockstep), ("A2o50", 0.5, RecordedJudge.Lockstep), ("A2o90", 0.9, RecordedJudge.Lockstep),
    ];

    public static IEnumerable<ComparisonCell> Run(ComparisonContext context)
    {
        int[] cpus = [.. PacketSender.AllowedCpus.Take(2)];
        OwnTiming? own = OwnTiming.Measure(cpus[0]);
        RecordedCell[] calibrations = [.. RecordedKernels.Of("CAL").Where(cell => cell.Kernel != ThisKernel)];
        foreach (var kernel in calibrations.GroupBy(cell => (cell.Kernel, cell.Protocol)))
        {
            double overlap = 2 * kernel.Sum(cell => cell.Number("insert_failed")) / kernel.Sum(cell => cell.Number("connections"));
            var drift = new CalibrationDrift(
                overlap, 2 * kernel.Min(cell => cell.Number("rate_rep_min")), 2 * kernel.Max(cell => cell.Number("rate_rep_max")));
            var fit = new WindowFit(overlap, overlap, overlap, OffsetNs);
            Era era = kernel.First().Era;
            var model = new RacedModel(era, cpus, OffsetNs, context.Seed, context.Cancellation);
            context.Progress($"recorded kernels, {kernel.Key.Kernel}");
            model.Match(fit);
            foreach ((RecordedCell recorded, string words, LiveCell cell) in Cells(kernel.Key.Kernel, kernel.Key.Protocol))
            {
                if (context.IsCancelled)
                {
                    yield break;
                }

                ComparisonCell named = context.Cell(
                    ComparisonCell.RecordedKernels,
                    "insert_failed per connection (%)",
                    cell.Rule,
                    FormattableString.Invariant($"{words}, {recorded.Fields["port_range"]} ports, {100 * cell.Fill:0} % full")) with
                {
                    System = "linux-" + kernel.Key.Kernel,
                    Era = era.Name,
                };
                if (own is not { PathNs: var ownPath })
                {
                    yield return named with { Missing = OwnTiming.Disturbed };
                    continue;
                }

                // A pair in lockstep starts together whatever its path is.
                model.PathTimeNs =
                    words == RecordedJudge.Lockstep ? 0 : PathOf(kernel.Key.Kernel, kernel.Key.Protocol) - fit.WindowNs - ownPath;
                yield return Compare(context, model, (recorded, words, cell), named, drift);
            }
        }
    }

    private static ComparisonCell Compare(
        ComparisonContext context,
        RacedModel model,
        (RecordedCell Recorded, string Words, LiveCell Cell) work,
        ComparisonCell named,
        CalibrationDrift drift)
    {
        (RecordedCell recorded, string words, LiveCell cell) = work;
        var attempts = new List<long>();
        var failed = new List<long>();
        for (int trial = 0; trial < MostTrials && attempts.Count < Trials && !context.IsCancelled; trial++)
        {
            if (model.Run(cell) is var (tried, lost))
            {
                attempts.Add(tried);
                failed.Add(lost);
            }
        }

        return attempts.Count < 2
            ? named with { Missing = "the model's workers ran together in fewer than two trials" }
            : RecordedJudge.Judge(named, recorded, FailureRate.Estimate(attempts, failed), words, cell.Fill, drift);
    }

    private static IEnumerable<(RecordedCell Recorded, string Words, LiveCell Cell)> Cells(string kernel, LiveProtocol protocol)
    {
        foreach ((string name, double fill, string words) in Lockstep)
        {
            foreach (RecordedCell recorded in Of(name).Where(cell => cell.Number("insert_failed") >= LeastLosses))
            {
                int range = (int)recorded.Number("port_range");
                yield return (recorded, words, ComparisonCells.Race(
                    range, recorded.Mode, protocol, recorded.ConnectionsPerRepetition / 2, OffsetNs, fill));
            }
        }

        foreach (RecordedCell recorded in Of("A1two"))
        {
            yield return (
                recorded,
                RecordedJudge.Saturated,
                ComparisonCells.Saturated(recorded.Mode, 2, protocol, recorded.ConnectionsPerRepetition));
        }

        foreach (int clients in new[] { 10, 80 })
        {
            foreach (RecordedCell recorded in Of($"X-burst{clients}"))
            {
                LiveCell bursts = ArrivalCells.Bursts(clients, recorded.Mode, protocol, 0, OffsetNs);
                yield return (recorded, $"{RecordedJudge.Bursts} of {clients}", bursts);
            }
        }

        // Two cells were recorded twice: the first stands.
        IEnumerable<RecordedCell> Of(string name) => RecordedKernels.Of(name)
            .Where(cell => cell.Kernel == kernel && cell.Protocol == protocol)
            .DistinctBy(cell => (cell.Mode, cell.Fields["port_range"]));
    }

    /// <summary>Time of a packet on one CPU of that kernel, ns.</summary>
    private static double PathOf(string kernel, LiveProtocol protocol) => 1e9 / RecordedKernels.Of("A1")
        .Where(cell => cell.Kernel == kernel && cell.Protocol == protocol && cell.Fields["cpus"] == "1")
        .Max(cell => cell.Number("conn_per_s"));
}
