using System.Globalization;
using System.Text;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Export;

/// <summary>
/// Cells as CSV (RFC 4180, LF line ends): raw numbers under the names of the run format, an empty field for null. Every row begins with
/// machine, run, commit and date, the cell's index in its run, and a key that is the same for the same workload in any run: files of
/// several runs can be put under each other and joined.
/// </summary>
public static class CsvExport
{
    /// <summary>The files of a run by name, one table per file: its cells and their raw values.</summary>
    /// <returns>
    /// <c>cells.csv</c>, and <c>trials.csv</c>, <c>rounds.csv</c>, <c>figures.csv</c> or <c>outcomes.csv</c> with a row per trial,
    /// round, figure or outcome of a cell.
    /// </returns>
    public static IReadOnlyDictionary<string, string> Files(RunRecord run)
    {
        Provenance from = Provenance.Of(run);
        string[] origins = [.. Workload.Of(run).Select((workload, cell) => Origin(from, cell, workload))];
        return run switch
        {
            RunRecord<RaceCell> race => new Dictionary<string, string>
            {
                ["cells.csv"] = Table(Cells(race.Cells), CsvColumns.Race, origins),
                ["trials.csv"] = Table(
                    race.Cells.SelectMany((c, i) => Enumerable.Range(0, c.PerTrial?.Attempts.Count ?? 0)
                        .Select(t => (i, new RawRow<RaceTrials>(t, c.PerTrial!)))),
                    CsvColumns.Trials,
                    origins),
            },
            RunRecord<ThroughputCell> throughput => new Dictionary<string, string>
            {
                ["cells.csv"] = Table(Cells(throughput.Cells), CsvColumns.Throughput, origins),
                ["rounds.csv"] = Table(
                    throughput.Cells.SelectMany((c, i) => Enumerable.Range(0, c.PerRound?.ConnectionsPerSecond.Count ?? 0)
                        .Select(r => (i, new RawRow<ThroughputRounds>(r, c.PerRound!)))),
                    CsvColumns.Rounds,
                    origins),
            },
            RunRecord<ComparisonCell> comparison => new Dictionary<string, string>
            {
                ["cells.csv"] = Table(Cells(comparison.Cells), CsvColumns.Comparison, origins),
            },
            RunRecord<ScenarioCell> scenario => new Dictionary<string, string>
            {
                ["cells.csv"] = Table(Cells(scenario.Cells), CsvColumns.Scenario, origins),
                ["figures.csv"] = Table(
                    scenario.Cells.SelectMany((c, i) => c.Figures.Select(figure => (i, figure))), CsvColumns.Figures, origins),
            },
            RunRecord<ExploreCell> explored => new Dictionary<string, string>
            {
                ["cells.csv"] = Table(Cells(explored.Cells), CsvColumns.Explore, origins),
                ["outcomes.csv"] = Table(
                    explored.Cells.SelectMany((c, i) => c.Outcomes.Select(outcome => (i, outcome))), CsvColumns.Outcomes, origins),
            },
            _ => throw new ArgumentException($"no CSV for a run of {run.GetType().Name}", nameof(run)),
        };
    }

    private static IEnumerable<(int Cell, TCell Row)> Cells<TCell>(IReadOnlyList<TCell> cells) => cells.Select((cell, i) => (i, cell));

    private static string Origin(Provenance from, int cell, Workload workload) => string.Join(
        ',', ((object?[])[from.Machine, from.Run, from.Commit, from.Date, cell, Provenance.Key(workload)]).Select(Field));

    private static string Table<TRow>(
        IEnumerable<(int Cell, TRow Row)> rows, IReadOnlyList<CsvColumn<TRow>> columns, string[] origins)
    {
        StringBuilder text = new();
        _ = text.AppendJoin(',', CsvColumns.Origin.Concat(columns.Select(c => c.Name))).Append('\n');
        foreach ((int cell, TRow row) in rows)
        {
            _ = text.Append(origins[cell]).Append(',').AppendJoin(',', columns.Select(c => Field(c.Value(row)))).Append('\n');
        }

        return text.ToString();
    }

    private static string Field(object? value) => value switch
    {
        null => "",
        string text => Quote(text),
        bool truth => truth ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"no CSV form for {value.GetType().Name}", nameof(value)),
    };

    // A spreadsheet takes a field that starts like this for a formula; the apostrophe makes it text again.
    private static string Quote(string text)
    {
        string safe = text.Length > 0 && "=+-@\t\r".Contains(text[0], StringComparison.Ordinal) ? "'" + text : text;
        return safe.AsSpan().ContainsAny(",\"\r\n") ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
