using NatAllocBench.Reports.Documents;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;

namespace NatAllocBench.Reports.Comparison;

/// <summary>The <c>matrix</c> command: many runs or machines side by side, without verdicts.</summary>
public static class MatrixCommand
{
    /// <summary>
    /// Lays out runs of one kind: up to <see cref="MostColumns"/> a column each, more a row each; of machines, the newest runs of each
    /// name.
    /// </summary>
    /// <param name="paths">Runs (files or directories) or directories of machines.</param>
    /// <returns>A document with a table per figure; exit code 2 when a run cannot be read or the runs differ in kind.</returns>
    public static CommandResult Run(IReadOnlyList<string> paths)
    {
        if (paths.Count == 0)
        {
            return CommandResult.BadInput("matrix needs one run or more; name their directories");
        }

        try
        {
            RunSelection[] selections = [.. paths.Select(RunSelection.Read)];
            return CommandResult.Of(
                0,
                new Document(
                    [.. selections.Any(s => s.IsMachine) ? Machines(selections) : Table(2, selections, s => s.Runs.Values.Single())]));
        }
        catch (RunFormatException e)
        {
            return CommandResult.BadInput(e.Message);
        }
    }

    /// <summary>More runs than this have a row each.</summary>
    public const int MostColumns = 6;

    // A part for each name that several have, or all names of a single machine.
    private static List<DocumentPart> Machines(RunSelection[] selections)
    {
        List<DocumentPart> output = [];
        IEnumerable<string> names = selections.SelectMany(s => s.Runs.Keys).GroupBy(name => name)
            .Where(g => g.Count() > 1 || selections.Length == 1).Select(g => g.Key).Order(StringComparer.Ordinal);
        foreach (string name in names)
        {
            RunSelection[] having = [.. selections.Where(s => s.Runs.ContainsKey(name))];
            if (RunComparison.WhyNever(having[0].Runs[name]) is null)
            {
                output.AddRange([new DocumentPart.Heading(2, name), .. Table(3, having, s => s.Runs[name])]);
            }
        }

        return output.Count > 0
            ? output
            : throw new RunFormatException(
                $"{string.Join(" and ", selections.Select(s => s.Path))} have no race or throughput run of the same name");
    }

    private static IEnumerable<DocumentPart> Table(int level, RunSelection[] selections, Func<RunSelection, RunRecord> chosen)
    {
        RunRecord[] runs = [.. selections.Select(chosen)];
        if (RunComparison.WhyNever(runs[0]) is { } never)
        {
            throw new RunFormatException($"{selections[0].Path}: {never}");
        }

        int other = Array.FindIndex(runs, r => r.GetType() != runs[0].GetType());
        return other < 0
            ? Render(level, runs)
            : throw new RunFormatException(
                $"{selections[0].Path} ({runs[0].Command}) and {selections[other].Path} ({runs[other].Command}) hold different things");
    }

    private static IEnumerable<DocumentPart> Render(int level, RunRecord[] runs)
    {
        string[] shared = [.. runs.Select(RunTraits.Settings).Aggregate<IEnumerable<string>>((a, b) => a.Intersect(b))];
        for (int i = 0; i < runs.Length; i++)
        {
            IEnumerable<string> own = RunTraits.Settings(runs[i]).Except(shared).Prepend(RunSummary.Line(runs[i]));
            yield return new DocumentPart.Item($"{Label(i)}: {string.Join(", ", own)}");
        }

        foreach ((string heading, ResultTable table) in Tables(runs))
        {
            yield return new DocumentPart.Heading(level, heading);
            yield return new DocumentPart.Grid(table);
        }
    }

    private static IEnumerable<(string Heading, ResultTable Table)> Tables(RunRecord[] runs)
    {
        if (MachineCosts.Table([.. runs.Select(r => r.Machine)], Label) is { } costs)
        {
            yield return ("costs of the machine (ns)", costs);
        }

        RunRecord<RaceCell>[] races = [.. runs.OfType<RunRecord<RaceCell>>()];
        RunRecord<ThroughputCell>[] throughputs = [.. runs.OfType<RunRecord<ThroughputCell>>()];
        IEnumerable<double?> speeds = races.Length > 0
            ? races.SelectMany(r => r.Cells).Where(c => !c.IsPaced).Select(c => c.ConnectionsPerSecond)
            : throughputs.SelectMany(r => r.Cells).Select(c => c.ConnectionsPerSecond);
        RateUnit unit = RateUnit.For(speeds);
        if (races.Length > 0)
        {
            foreach (ResultTable table in Grids(races, r => r.Cells, Workload.Of, Rate))
            {
                yield return ("insert_failed [95 %]", table);
            }
        }

        // What a schedule paces has no speed of its own.
        if (speeds.Any())
        {
            foreach (ResultTable table in races.Length > 0
                ? Grids<RunRecord<RaceCell>, RaceCell>(races, r => [.. r.Cells.Where(c => !c.IsPaced)], Workload.Of, c => Speed(unit, c))
                : Grids(throughputs, r => r.Cells, Workload.Of, c => Speed(unit, c)))
            {
                yield return ($"{unit.Name} [95 %]", table);
            }
        }
    }

    private static string? Rate(RaceCell cell) =>
        RaceTables.ShortRate(cell) ?? Missing(cell.Missing);

    private static string? Speed(RateUnit unit, RaceCell cell) =>
        unit.Format(cell.ConnectionsPerSecond, cell.ConnectionsPerSecondLow, cell.ConnectionsPerSecondHigh) ?? Missing(cell.Missing);

    private static string? Speed(RateUnit unit, ThroughputCell cell) =>
        unit.Format(cell.ConnectionsPerSecond, cell.ConnectionsPerSecondLow, cell.ConnectionsPerSecondHigh) ?? Missing(cell.Missing);

    private static string? Missing(string? reason) => reason is null ? null : $"missing: {reason}";

    private static IReadOnlyList<ResultTable> Grids<TRun, TCell>(
        IReadOnlyList<TRun> runs, Func<TRun, IReadOnlyList<TCell>> cells, Func<TCell, Workload> workload, Func<TCell, string?> text)
    {
        Dictionary<Workload, string?>[] columns =
            [.. runs.Select(r => cells(r).GroupBy(workload).ToDictionary(g => g.Key, g => text(g.First())))];
        Workload[] rows = [.. columns.SelectMany(c => c.Keys).Distinct()];
        if (runs.Count > MostColumns)
        {
            return [.. MatrixRows.Tables(rows, columns, Label)];
        }

        // The parameters of a series vary little: a table for each leaves them to its caption.
        return [.. rows.GroupBy(w => ComparisonTable.Parameter(w, "series")).Select(series => Columns([.. series], columns))];
    }

    private static ResultTable Columns(Workload[] rows, IReadOnlyList<Dictionary<Workload, string?>> columns)
    {
        string[] names = [.. rows.SelectMany(w => w.Parameters).Select(p => p.Key).Distinct()];
        ColumnSpec<Workload>[] specs =
        [
            .. names.Select(name => new ColumnSpec<Workload>(
                ComparisonTable.Heading(name), ComparisonTable.Role(name), w => ComparisonTable.Parameter(w, name), IsNumber: false)),
            .. columns.Select((column, i) => new ColumnSpec<Workload>(Label(i), ColumnRole.Figure, column.GetValueOrDefault)),
        ];
        return TableLayout.Build("matrix", rows, specs, _ => null);
    }

    // A, B, ..., Z, AA, AB, ...
    private static string Label(int index) => (index >= 26 ? Label((index / 26) - 1) : "") + (char)('A' + (index % 26));
}
