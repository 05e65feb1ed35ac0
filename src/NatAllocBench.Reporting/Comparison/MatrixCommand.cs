using System.Globalization;
using System.Text;

namespace NatAllocBench.Reporting;

/// <summary>The <c>matrix</c> command: many runs or machines side by side, without verdicts.</summary>
public static class MatrixCommand
{
    /// <summary>Lays out runs of one kind, a column each.</summary>
    /// <param name="paths">Runs (files or directories).</param>
    /// <returns>Markdown with a table per figure; exit code 2 when a run cannot be read or the runs differ in kind.</returns>
    public static CommandResult Run(IReadOnlyList<string> paths)
    {
        if (paths.Count == 0)
        {
            return CommandResult.BadInput("matrix needs one run or more; name their directories");
        }

        try
        {
            RunRecord[] runs = [.. paths.Select(RunFormat.ReadFile)];
            if (runs[0] is RunRecord<ComparisonCell>)
            {
                return CommandResult.BadInput($"{paths[0]} ({runs[0].Command}) is a comparison itself; look at its tables");
            }

            int other = Array.FindIndex(runs, r => r.GetType() != runs[0].GetType());
            return other < 0
                ? new CommandResult(0, Render(runs))
                : CommandResult.BadInput(
                    $"{paths[0]} ({runs[0].Command}) and {paths[other]} ({runs[other].Command}) hold different things");
        }
        catch (RunFormatException e)
        {
            return CommandResult.BadInput(e.Message);
        }
    }

    private static string Render(RunRecord[] runs)
    {
        StringBuilder output = new();
        for (int i = 0; i < runs.Length; i++)
        {
            _ = output.Append(CultureInfo.InvariantCulture, $"- {Label(i)}: {MarkdownText.Escape(RunReport.Summary(runs[i]))}\n");
        }

        RunRecord<RaceCell>[] races = [.. runs.OfType<RunRecord<RaceCell>>()];
        RunRecord<ThroughputCell>[] throughputs = [.. runs.OfType<RunRecord<ThroughputCell>>()];
        if (races.Length > 0)
        {
            Append(output, "insert_failed [95 %]", Table(races, r => r.Cells, Workload.Of, Rate));
            RateUnit unit = RateUnit.For(races.SelectMany(r => r.Cells).Select(c => c.ConnectionsPerSecond));
            Append(output, unit.Name + " [95 %]", Table(races, r => r.Cells, Workload.Of, c => Speed(unit, c)));
        }
        else
        {
            RateUnit unit = RateUnit.For(throughputs.SelectMany(r => r.Cells).Select(c => c.ConnectionsPerSecond));
            Append(output, unit.Name + " [95 %]", Table(throughputs, r => r.Cells, Workload.Of, c => Speed(unit, c)));
        }

        return output.ToString();
    }

    private static string? Rate(RaceCell cell) =>
        cell is { Rate: { } rate, RateLow: { } low, RateHigh: { } high } ? Figures.Rate(rate, low, high) : null;

    private static string? Speed(RateUnit unit, RaceCell cell) =>
        unit.Format(cell.ConnectionsPerSecond, cell.ConnectionsPerSecondLow, cell.ConnectionsPerSecondHigh);

    private static string? Speed(RateUnit unit, ThroughputCell cell) =>
        unit.Format(cell.ConnectionsPerSecond, cell.ConnectionsPerSecondLow, cell.ConnectionsPerSecondHigh);

    private static ResultTable Table<TRun, TCell>(
        IReadOnlyList<TRun> runs, Func<TRun, IReadOnlyList<TCell>> cells, Func<TCell, Workload> workload, Func<TCell, string?> text)
    {
        Dictionary<Workload, string?>[] columns =
            [.. runs.Select(r => cells(r).GroupBy(workload).ToDictionary(g => g.Key, g => text(g.First())))];
        Workload[] rows = [.. columns.SelectMany(c => c.Keys).Distinct()];
        string[] names = [.. rows.SelectMany(w => w.Parameters).Select(p => p.Key).Distinct()];
        ColumnSpec<Workload>[] specs =
        [
            .. names.Select(name => new ColumnSpec<Workload>(
                name, ComparisonTable.Role(name), w => ComparisonTable.Parameter(w, name), IsNumber: false)),
            .. columns.Select((column, i) => new ColumnSpec<Workload>(Label(i), ColumnRole.Figure, column.GetValueOrDefault)),
        ];
        return TableLayout.Build("matrix", rows, specs, _ => null);
    }

    private static void Append(StringBuilder output, string heading, ResultTable table) =>
        _ = output.Append(CultureInfo.InvariantCulture, $"\n## {MarkdownText.Escape(heading)}\n\n").Append(MarkdownTable.Render(table));

    // A, B, ..., Z, AA, AB, ...
    private static string Label(int index) => (index >= 26 ? Label((index / 26) - 1) : "") + (char)('A' + (index % 26));
}
