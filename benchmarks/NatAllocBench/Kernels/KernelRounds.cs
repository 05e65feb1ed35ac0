using System.Diagnostics;
using NatAllocBench.LiveKernel;

namespace NatAllocBench.Kernels;

/// <summary>
/// Measures cells in rounds, one repetition each, so that a drift of the machine falls on all of them alike.
/// </summary>
internal static class KernelRounds
{
    private const int Least = 3;
    private const int Most = 200;

    /// <summary>Runs rounds until the time is up, three at least.</summary>
    /// <returns>Whether there were three.</returns>
    public static bool Run(
        LiveSession session,
        IReadOnlyList<IKernelCell> cells,
        double seconds,
        ulong seed,
        Action<string> report,
        CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        for (int round = 0; round < Most; round++)
        {
            foreach (IKernelCell cell in cells)
            {
                if (cancellation.IsCancellationRequested || (round >= Least && clock.Elapsed.TotalSeconds > seconds))
                {
                    return round >= Least;
                }

                report($"round {round + 1}, {cell.Name}");
                cell.Measure(session, seed++, cancellation);
            }
        }

        return true;
    }
}
