using System.Globalization;
using System.Text;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Export;

/// <summary>Cells as CSV (RFC 4180, LF line ends): raw numbers under the names of the run format, an empty field for null.</summary>
public static class CsvExport
{
    /// <summary>The files of a run by name, one table per file: its cells and their raw values.</summary>
    /// <param name="run">The run.</param>
    /// <returns>
    /// <c>cells.csv</c>, and <c>trials.csv</c>, <c>rounds.csv</c> or <c>figures.csv</c>, whose rows name their cell by its index from 0.
    /// </returns>
    public static IReadOnlyDictionary<string, string> Files(RunRecord run) => run switch
    {
        RunRecord<RaceCell> race => new Dictionary<string, string>
        {
            ["cells.csv"] = Table(race.Cells, CsvColumns.Race),
            ["trials.csv"] = Table(
                race.Cells.SelectMany((c, i) => Enumerable.Range(0, c.PerTrial?.Attempts.Count ?? 0)
                    .Select(t => new RawRow<RaceTrials>(i, t, c.PerTrial!))),
                CsvColumns.Trials),
        },
        RunRecord<ThroughputCell> throughput => new Dictionary<string, string>
        {
            ["cells.csv"] = Table(throughput.Cells, CsvColumns.Throughput),
            ["rounds.csv"] = Table(
                throughput.Cells.SelectMany((c, i) => Enumerable.Range(0, c.PerRound?.ConnectionsPerSecond.Count ?? 0)
                    .Select(r => new RawRow<ThroughputRounds>(i, r, c.PerRound!))),
                CsvColumns.Rounds),
        },
        RunRecord<ComparisonCell> comparison => new Dictionary<string, string>
        {
            ["cells.csv"] = Table(comparison.Cells, CsvColumns.Comparison),
        },
        RunRecord<ScenarioCell> scenario => new Dictionary<string, string>
        {
            ["cells.csv"] = Table(scenario.Cells, CsvColumns.Scenario),
            ["figures.csv"] = Table(
                scenario.Cells.SelectMany((c, i) => c.Figures.Select(figure => new FigureRow(i, figure))), CsvColumns.Figures),
        },
        _ => throw new ArgumentException($"no CSV for a run of {run.GetType().Name}", nameof(run)),
    };

    private static string Table<TRow>(IEnumerable<TRow> rows, IReadOnlyList<CsvColumn<TRow>> columns)
    {
        StringBuilder text = new();
        _ = text.AppendJoin(',', columns.Select(c => c.Name)).Append('\n');
        foreach (TRow row in rows)
        {
            _ = text.AppendJoin(',', columns.Select(c => Field(c.Value(row)))).Append('\n');
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
