using System.Globalization;
using System.Text;
using NatAllocBench.Reports.Charts;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Reports.Publishing;

/// <summary>The page of one run: <c>tables.md</c>.</summary>
public static class RunReport
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "tables.md";

    /// <summary>The whole page: where and how it was measured, the tables, the remarks.</summary>
    /// <returns>Markdown with LF line ends, a function of the run alone.</returns>
    public static string Markdown(RunRecord run)
    {
        StringBuilder page = new();
        _ = page.Append(CultureInfo.InvariantCulture, $"# {MarkdownText.Escape(run.Name)}\n\n")
            .Append("Generated from [run.json](run.json); do not edit.\n\n");
        foreach (string line in Provenance(run))
        {
            _ = page.Append("- ").Append(MarkdownText.Escape(line)).Append('\n');
        }

        foreach (ResultTable table in RunTables.Build(run))
        {
            _ = page.Append(CultureInfo.InvariantCulture, $"\n## {MarkdownText.Escape(table.Title)}\n\n")
                .Append(MarkdownTable.Render(table));
        }

        IReadOnlyList<Chart> charts = RunCharts.Build(run);
        _ = page.Append(charts.Count > 0 ? "\n## Charts\n" : "");
        foreach (Chart chart in charts)
        {
            _ = page.Append(CultureInfo.InvariantCulture, $"\n![{MarkdownText.Escape(chart.Title)}]({chart.FileName})\n");
        }

        AppendList(page, "Warnings", run.Machine.Warnings);
        AppendList(page, "Notes", [.. run.Notes, .. Methods(run)]);
        return page.ToString();
    }

    private static IEnumerable<string> Provenance(RunRecord run)
    {
        MachineFacts machine = run.Machine;
        yield return string.Create(
            CultureInfo.InvariantCulture, $"measured {run.StartedUtc.UtcDateTime:yyyy-MM-dd HH:mm} UTC, {RunSummary.Commit(run)}");
        yield return $"machine: {RunSummary.Machine(machine)}";
        (string Name, string? Value)[] facts =
        [
            ("kernel", machine.Kernel), ("runtime", machine.Runtime), ("GC", machine.Gc), ("tiering", machine.Tiering),
            ("clock", machine.Clock),
        ];
        foreach ((string name, string? value) in facts.Where(f => f.Value is not null))
        {
            yield return $"{name}: {value}";
        }

        if (MachineCosts.Text(machine) is { } costs)
        {
            yield return $"costs in ns: {costs}";
        }

        yield return $"command: {string.Join(' ', run.Argv.Prepend("NatAllocBench"))}";
        if (!run.Completed)
        {
            yield return "cut short: the tables hold only what had been finished";
        }
    }

    private static IEnumerable<string> Methods(RunRecord run)
    {
        string[] methods = run is RunRecord<RaceCell> race
            ? [.. race.Cells.Select(c => c.RateMethod).OfType<string>().Distinct()]
            : [];
        if (methods.Length > 0)
        {
            yield return $"Intervals of the rates: {string.Join("; ", methods)}.";
        }

        if (run is RunRecord<ScenarioCell> scenario)
        {
            yield return $"{Agreement.Words}.";
            foreach (string law in ScenarioTables.Laws(scenario.Cells))
            {
                yield return $"{law}.";
            }
        }
    }

    private static void AppendList(StringBuilder page, string heading, IReadOnlyList<string> items)
    {
        if (items.Count == 0)
        {
            return;
        }

        _ = page.Append(CultureInfo.InvariantCulture, $"\n## {heading}\n\n");
        foreach (string item in items)
        {
            _ = page.Append("- ").Append(MarkdownText.Escape(item)).Append('\n');
        }
    }
}
