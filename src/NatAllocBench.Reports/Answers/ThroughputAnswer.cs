using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Answers;

/// <summary>What a throughput run found: the designs of one workload, fastest first.</summary>
internal static class ThroughputAnswer
{
    private const int MaxLines = 4;

    public static IEnumerable<string> Lines(IReadOnlyList<ThroughputCell> cells)
    {
        var workloads = cells.Where(c => c.ConnectionsPerSecond is not null)
            .GroupBy(c => (c.Era, c.Mode, c.Threads, c.Connections)).ToArray();
        RateUnit unit = RateUnit.For(cells.Select(c => c.ConnectionsPerSecond));
        foreach (var workload in workloads.Take(MaxLines))
        {
            IEnumerable<string> designs = workload.GroupBy(c => c.Design).Select(d => d.MaxBy(c => c.ConnectionsPerSecond)!)
                .OrderByDescending(c => c.ConnectionsPerSecond)
                .Select(c => $"{ThroughputTables.Label(c.Design)} {unit.Format(c.ConnectionsPerSecond)}");
            (string era, string mode, int threads, long connections) = workload.Key;
            yield return $"Era {era} {mode}, {Count(threads, "thread")}, {Figures.Count(connections)} connections, "
                + $"{unit.Name}: {string.Join(", ", designs)}.";
        }

        if (workloads.Length > MaxLines)
        {
            yield return $"The table above holds {workloads.Length - MaxLines} more workloads.";
        }
    }

    private static string Count(int count, string what) => $"{Figures.Exact(count)} {what}{(count == 1 ? "" : "s")}";
}
