using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Results.Model;

namespace NatAllocBench.LiveKernel;

/// <summary>What a comparison found.</summary>
/// <param name="Cells">One cell per compared figure.</param>
/// <param name="Notes">The fitted window and other remarks.</param>
/// <param name="Completed">False when it was stopped; the cells until then are complete.</param>
public sealed record KernelComparisonResult(IReadOnlyList<ComparisonCell> Cells, IReadOnlyList<string> Notes, bool Completed);

/// <summary>
/// Holds the model against the running kernel: the same rules and the same packets to both, five kinds of figures.
/// </summary>
public static class KernelComparison
{
    /// <summary>Seconds that the parts before the race and three rounds of it need on a machine of two CPUs.</summary>
    public const double LeastSeconds = 60;

    /// <summary>Runs all five parts. The race gets the time that the others leave, three rounds at least.</summary>
    /// <param name="session">A session on a machine with two CPUs or more.</param>
    /// <param name="era">The era of the running kernel.</param>
    /// <param name="seconds">Time for all parts together.</param>
    /// <param name="seed">Everything drawn follows from it.</param>
    /// <param name="progress">Told what runs now.</param>
    /// <param name="cancellation">Stops after the last complete repetition.</param>
    public static KernelComparisonResult Run(
        LiveSession session, Era era, double seconds, ulong seed, Action<string> progress, CancellationToken cancellation)
    {
        var context = new ComparisonContext
        {
            Session = session,
            Era = era,
            Seconds = seconds,
            Seed = seed,
            Cancellation = cancellation,
            Progress = progress,
        };
        var cells = new List<ComparisonCell>();
        cells.AddRange(FoundComparison.Run(context));
        cells.AddRange(ExhaustionComparison.Run(context));
        cells.AddRange(PortComparison.Run(context));

        // The cells of the last part are short and of fixed length; the race takes the time that is left.
        List<ComparisonCell> sameTuple = [.. SameTupleComparison.Run(context)];
        cells.AddRange(context.IsCancelled ? [] : new RaceComparison(context).Run());
        cells.AddRange(sameTuple);
        return new KernelComparisonResult(cells, context.Notes, !cancellation.IsCancellationRequested);
    }
}
