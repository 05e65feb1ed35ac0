using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Comparison;

/// <summary>Two runs compared cell by cell.</summary>
/// <param name="Cells">The figures of the cells that both runs have, in the base's order.</param>
/// <param name="OnlyInFirst">Workloads without a partner in the second run.</param>
/// <param name="OnlyInSecond">Workloads without a partner in the base.</param>
public sealed record RunComparison(
    IReadOnlyList<CellComparison> Cells, IReadOnlyList<Workload> OnlyInFirst, IReadOnlyList<Workload> OnlyInSecond)
{
    // Options that change the work of a cell without being part of its parameters.
    private static readonly string[] WorkloadOptions = ["connections", "fill"];

    /// <summary>Compares a run with a base.</summary>
    /// <param name="first">The base.</param>
    /// <param name="second">The run that is judged.</param>
    /// <param name="options">Threshold, noise floors and what may differ.</param>
    /// <returns>The comparison.</returns>
    /// <exception cref="RunFormatException">
    /// The runs cannot be compared: other schema, other command, other work per cell, no common workload, or partners that are not unique.
    /// </exception>
    public static RunComparison Compare(RunRecord first, RunRecord second, ComparisonOptions options)
    {
        Refuse(first.SchemaVersion != second.SchemaVersion, $"schema versions {first.SchemaVersion} and {second.SchemaVersion} differ");
        Refuse(first.GetType() != second.GetType(), $"a {first.Command} run and a {second.Command} run measure different things");
        Refuse(WhyNever(first) is not null, WhyNever(first) ?? "");
        foreach (string name in WorkloadOptions.Except(options.Across))
        {
            string? a = first.Options.GetValueOrDefault(name);
            string? b = second.Options.GetValueOrDefault(name);
            Refuse(a != b, $"the workloads differ: --{name} is {a ?? "not set"} and {b ?? "not set"}");
        }

        CellComparer comparer = new(options, options.Timing ?? RunTiming.Of(first, second, options.Stores));
        return (first, second) switch
        {
            (RunRecord<RaceCell> a, RunRecord<RaceCell> b) => Pair(a.Cells, b.Cells, Workload.Of, options, comparer.Compare),
            (RunRecord<ThroughputCell> a, RunRecord<ThroughputCell> b) =>
                Pair(a.Cells, b.Cells, Workload.Of, options, (w, x, y) => [comparer.Compare(w, x, y)]),
            _ => throw new ArgumentException($"no comparison for runs of {first.GetType().Name}", nameof(first)),
        };
    }

    /// <summary>Why runs of this kind are never compared with each other, or null.</summary>
    internal static string? WhyNever(RunRecord run) => run switch
    {
        RunRecord<ComparisonCell> => "a kernel-compare run is a comparison itself; look at its tables",
        RunRecord<ScenarioCell> => "scenario runs carry their predictions and are not compared with each other",
        RunRecord<ExploreCell> => "explorations list outcomes and measure nothing; look at the tables of both",
        _ => null,
    };

    private static RunComparison Pair<TCell>(
        IReadOnlyList<TCell> first,
        IReadOnlyList<TCell> second,
        Func<TCell, Workload> workload,
        ComparisonOptions options,
        Func<Workload, TCell, TCell, IEnumerable<CellComparison>> compare)
    {
        Dictionary<Workload, TCell> a = Index(first);
        Dictionary<Workload, TCell> b = Index(second);
        CellComparison[] cells = [.. a.Where(p => b.ContainsKey(p.Key)).SelectMany(p => compare(p.Key, p.Value, b[p.Key]))];
        Refuse(cells.Length == 0, "the runs have no workload in common");
        return new RunComparison(cells, [.. a.Keys.Where(k => !b.ContainsKey(k))], [.. b.Keys.Where(k => !a.ContainsKey(k))]);

        Dictionary<Workload, TCell> Index(IReadOnlyList<TCell> cells)
        {
            Dictionary<Workload, TCell> index = [];
            foreach (TCell cell in cells)
            {
                Workload key = workload(cell).Without(options.Across);
                Refuse(!index.TryAdd(key, cell), $"two cells of one run have the workload {key}");
            }

            return index;
        }
    }

    private static void Refuse(bool wrong, string reason)
    {
        if (wrong)
        {
            throw new RunFormatException(reason);
        }
    }
}
