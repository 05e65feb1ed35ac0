using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Results.Model;

namespace NatAllocBench.LiveKernel;

/// <summary>What a comparison found.</summary>
/// <param name="Cells">One cell per compared figure.</param>
/// <param name="Notes">The fitted window and other remarks.</param>
/// <param name="Completed">False when it was stopped; the cells until then are complete.</param>
/// <param name="Pace">The timing of the kernel, where arrivals were compared.</param>
public sealed record KernelComparisonResult(
    IReadOnlyList<ComparisonCell> Cells, IReadOnlyList<string> Notes, bool Completed, KernelPace? Pace);

/// <summary>What of the kernel is held against the model.</summary>
/// <param name="Searches">The allocator: found, exhaustion, ports, pairs in lockstep with one window fitted, same tuple.</param>
/// <param name="Eviction">New connections into a range full of TIME_WAIT.</param>
/// <param name="Recorded">The race beside the kernels that were recorded.</param>
/// <param name="Arrivals">The race beside this kernel, arrival by arrival; null for none.</param>
public sealed record ComparedParts(bool Searches, bool Eviction, bool Recorded, ComparedArrivals? Arrivals);

/// <summary>
/// Holds the model against the running kernel: the same rules and the same packets to both.
/// </summary>
public static class KernelComparison
{
    /// <summary>Runs the parts. What is measured in rounds gets the time that the others leave, three rounds at least.</summary>
    /// <param name="parts">What is compared.</param>
    /// <param name="session">A session on a machine with two CPUs or more.</param>
    /// <param name="era">The era of the running kernel.</param>
    /// <param name="seconds">Time for all parts together.</param>
    /// <param name="seed">Everything drawn follows from it.</param>
    /// <param name="progress">Told what runs now.</param>
    /// <param name="cancellation">Stops after the last complete repetition.</param>
    public static KernelComparisonResult Run(
        ComparedParts parts,
        LiveSession session,
        Era era,
        double seconds,
        ulong seed,
        Action<string> progress,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var context = new ComparisonContext
        {
            Session = session,
            Era = era,
            Seconds = seconds,
            Seed = seed,
            Cancellation = cancellation,
            Progress = progress,
        };

        // What is short and of fixed length comes first; what is measured in rounds takes the time that is left.
        List<ComparisonCell> eviction = [.. parts.Eviction ? EvictionComparison.Run(context) : []];
        List<ComparisonCell> recorded = [.. parts.Recorded ? RecordedComparison.Run(context) : []];
        List<ComparisonCell> searches = [.. parts.Searches ? Searches(context) : []];
        ArrivalComparison? arrivals =
            parts.Arrivals is { } compared && !context.IsCancelled ? new ArrivalComparison(context, compared) : null;
        IReadOnlyList<ComparisonCell> raced = arrivals?.Run() ?? [];
        return new KernelComparisonResult(
            [.. searches, .. raced, .. recorded, .. eviction],
            context.Notes,
            !cancellation.IsCancellationRequested,
            arrivals?.Pace);
    }

    private static List<ComparisonCell> Searches(ComparisonContext context)
    {
        var cells = new List<ComparisonCell>();
        cells.AddRange(FoundComparison.Run(context));
        cells.AddRange(ExhaustionComparison.Run(context));
        cells.AddRange(PortComparison.Run(context));
        List<ComparisonCell> sameTuple = [.. SameTupleComparison.Run(context)];
        cells.AddRange(context.IsCancelled ? [] : new RaceComparison(context).Run());
        cells.AddRange(sameTuple);
        return cells;
    }
}
