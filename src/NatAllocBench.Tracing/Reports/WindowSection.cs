using NatAllocBench.Netfilter.Conntrack;
using NatAllocBench.Racing.Platform;

namespace NatAllocBench.Tracing;

/// <summary>Part 1 of the report: the window from events, beside the race's own histogram.</summary>
internal static class WindowSection
{
    private static readonly double[] Percentiles = [50, 90, 99];

    public static void Write(RaceTrace trace, TextWriter writer)
    {
        writer.WriteLine("1. Window (last probe to visible insertion), ns: from events / from the race's own histogram");
        var table = new TextColumns("era", "mode", "events", "own", "p50", "", "p90", "", "p99", "").Left(1, 5, 7, 9);
        foreach (var cell in trace.Trials.Where(trial => trial.IsComplete).GroupBy(trial => (trial.Era, trial.Mode)))
        {
            var events = new WindowHistogram();
            var own = new WindowHistogram();
            foreach (TracedTrial trial in cell)
            {
                own.Add(trial.OwnWindow);
                AddWindows(events, trial);
            }

            table.Add(
            [
                cell.Key.Era, cell.Key.Mode, Figure.Count(events.Count), Figure.Count(own.Count),
                .. Percentiles.SelectMany(percentile => Compare(events.PercentileNs(percentile), own.PercentileNs(percentile))),
            ]);
        }

        table.Write(writer);
        writer.WriteLine("  The percentage is events against histogram. Both use the same clock readings; the histogram has one insertion in");
        writer.WriteLine("  sixteen, so they differ by chance, most at p99 and with few samples.");
    }

    /// <summary>
    /// Insertions that sampling chose. The other sides of collisions are in the trace as well, but not by chance: they would bias it.
    /// </summary>
    private static void AddWindows(WindowHistogram events, TracedTrial trial)
    {
        foreach (TracedConnection connection in trial.Connections.Values)
        {
            if (connection.Result == ConfirmResult.Inserted && connection.Number % trial.SampleEvery == 0)
            {
                events.RecordNs((long)(trial.ToNanoseconds(connection.WindowTicks) + 0.5));
            }
        }
    }

    private static string[] Compare(double? events, double? own) =>
    [
        $"{Figure.Ns(events)} / {Figure.Ns(own)}",
        events is { } e && own is > 0 and { } o ? $"({Figure.Signed(100 * ((e / o) - 1))})" : "",
    ];
}
