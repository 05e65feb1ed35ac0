using CsCheck;

namespace NatAllocBench.Tests.Netfilter.Concurrency;

/// <summary>Random programs on three threads, whose answers and contents must be those of some order of the operations.</summary>
internal static class LinearSampling
{
    /// <summary>Runs programs for a time.</summary>
    /// <param name="start">A table and its model.</param>
    /// <param name="operations">What the threads do.</param>
    /// <param name="seconds">The time.</param>
    public static void SampleLinearly<TActual, TModel>(
        this Gen<(TActual, TModel)> start, GenOperation<TActual, TModel>[] operations, int seconds)
        where TActual : ISmallTable
        where TModel : ISmallTable => start.SampleParallel(
            operations,
            equal: (table, model) => table.Contents() == model.Contents()
                && table.Answers.Count == model.Answers.Count
                && table.Answers.All(answer => model.Answers.TryGetValue(answer.Key, out string? expected) && expected == answer.Value),
            maxSequentialOperations: 4,
            maxParallelOperations: 6,
            threads: 3,
            time: seconds,
            printActual: table => Print(table),
            printModel: model => Print(model));

    private static string Print(ISmallTable table) =>
        $"{table.Contents()}; "
            + string.Join(", ", table.Answers.OrderBy(answer => answer.Key).Select(answer => $"{answer.Key}: {answer.Value}"));
}
