using NatAllocBench.Netfilter.Table;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Race;

namespace NatAllocBench.Tracing;

/// <summary>Part 1 of the report: the window from events, beside the race's own histogram.</summary>
internal static class WindowSection
{
    private static readonly double[] Percentiles = [50, 90, 99];

    public static void Write(RaceTrace trace, TextWriter writer)
    {
        writer.WriteLine("1. Window (last probe to visible insertion), ns");
        var table = new TextColumns("era", "mode", "load", "", "insertions", "p50", "p90", "p99").Left(1, 2, 3);
        double worstOfSame = 0;
        double worstOfAll = 0;
        foreach (var cell in trace.Cells)
        {
            var events = new WindowHistogram();
            var same = new WindowHistogram();
            var own = new WindowHistogram();
            foreach (TracedTrial trial in cell)
            {
                own.Add(trial.OwnWindow);
                AddWindows(events, same, trial);
            }

            table.Add([cell.Key.Era, cell.Key.Mode, TraceReport.Load(trace, cell.Key.Load), "the race's own histogram", .. Row(own)]);
            string sampled = cell.All(trial => trial.SampleEvery == 1) ? "events of the same insertions" : "events of those in the trace";
            table.Add(["", "", "", sampled, .. Row(same)]);
            table.Add(["", "", "", "  off by", "", .. Percentiles.Select(p => Show(OffBy(same, own, p)))]);
            table.Add(["", "", "", "events of all in the trace", .. Row(events)]);
            table.Add(["", "", "", "  off by", "", .. Percentiles.Select(p => Show(OffBy(events, own, p)))]);
            worstOfSame = Math.Max(worstOfSame, Worst(same, own));
            worstOfAll = Math.Max(worstOfAll, Worst(events, own));
        }

        table.Write(writer);
        string sameInsertions = trace.Trials.All(trial => trial.SampleEvery == 1)
            ? "the same insertions"
            : "those of its insertions that are in the trace";
        writer.WriteLine(FormattableString.Invariant(
            $"  Events and the race's histogram differ by at most {worstOfSame:0.0} % for {sameInsertions}, ")
            + FormattableString.Invariant($"by at most {worstOfAll:0.0} % for all in the trace."));
        writer.WriteLine(
            "  The race keeps one attempt in sixteen of a worker. Events of the same insertions come from the same clock readings and");
        writer.WriteLine(
            "  agree but for rounding where all of them are in the trace; what all insertions differ by is the race's sampling.");
    }

    /// <summary>
    /// Insertions that sampling chose. The other sides of collisions are in the trace as well, but not by chance: they would bias it.
    /// </summary>
    private static void AddWindows(WindowHistogram events, WindowHistogram same, TracedTrial trial)
    {
        foreach (TracedConnection connection in trial.Connections.Values)
        {
            if (connection.Result == ConfirmResult.Inserted && connection.Number % trial.SampleEvery == 0)
            {
                long window = (long)(trial.ToNanoseconds(connection.WindowTicks) + 0.5);
                events.RecordNs(window);
                if (WindowSampling.IsSampled((connection.Number - 1) / (uint)trial.Workers))
                {
                    same.RecordNs(window);
                }
            }
        }
    }

    private static string[] Row(WindowHistogram window) =>
        [Figure.Count(window.Count), .. Percentiles.Select(percentile => Figure.Ns(window.PercentileNs(percentile)))];

    private static double Worst(WindowHistogram events, WindowHistogram own) => Percentiles.Max(p => Math.Abs(OffBy(events, own, p) ?? 0));

    /// <summary>In percent of the race's own.</summary>
    private static double? OffBy(WindowHistogram events, WindowHistogram own, double percentile) =>
        events.PercentileNs(percentile) is { } e && own.PercentileNs(percentile) is > 0 and { } o ? 100 * ((e / o) - 1) : null;

    private static string Show(double? offBy) => offBy is { } percent ? Figure.Signed(percent) : "-";
}
