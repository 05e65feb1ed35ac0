using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Comparison;

/// <summary>A matrix of many runs: a row for each, and a few workloads a table, those first that most of the runs have.</summary>
internal static class MatrixRows
{
    private const int WorkloadsOfTable = 4;

    /// <summary>The tables.</summary>
    /// <param name="workloads">All workloads.</param>
    /// <param name="runs">The texts of each run by workload.</param>
    /// <param name="label">The label of a run by its index.</param>
    public static IEnumerable<ResultTable> Tables(
        IReadOnlyList<Workload> workloads, IReadOnlyList<IReadOnlyDictionary<Workload, string?>> runs, Func<int, string> label)
    {
        string[] varying =
        [
            .. workloads.SelectMany(w => w.Parameters).Select(p => p.Key).Distinct()
                .Where(name => workloads.Select(w => ComparisonTable.Parameter(w, name)).Distinct().Count() > 1),
        ];
        IEnumerable<string> constant = workloads[0].Parameters.Where(p => !varying.Contains(p.Key))
            .Select(p => $"{ComparisonTable.Heading(p.Key)} {p.Value}");
        Workload[] ordered = [.. workloads.OrderByDescending(w => runs.Count(r => r.ContainsKey(w)))];
        foreach (Workload[] chunk in ordered.Chunk(WorkloadsOfTable))
        {
            yield return new ResultTable(
                "matrix",
                string.Join(", ", constant),
                [new TableColumn("run", IsNumber: false), .. chunk.Select(w => new TableColumn(Heading(w, varying), IsNumber: true))],
                [
                    .. Enumerable.Range(0, runs.Count).Where(i => chunk.Any(runs[i].ContainsKey)).Select(i => (string[])
                    [
                        label(i), .. chunk.Select(w => runs[i].GetValueOrDefault(w) ?? TableLayout.NoValue),
                    ]),
                ])
            {
                KeyColumns = 1,
            };
        }
    }

    private static string Heading(Workload workload, string[] varying)
    {
        string text = string.Join(
            ", ", workload.Parameters.Where(p => varying.Contains(p.Key)).Select(p => $"{ComparisonTable.Heading(p.Key)} {p.Value}"));
        return text.Length > 0 ? text : "all";
    }
}
