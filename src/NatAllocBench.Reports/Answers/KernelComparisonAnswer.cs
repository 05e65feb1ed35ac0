using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Answers;

/// <summary>What a comparison with a live kernel found: how many figures agree, and which do not.</summary>
internal static class KernelComparisonAnswer
{
    private const int MaxLines = 5;

    public static IEnumerable<string> Lines(IReadOnlyList<ComparisonCell> cells)
    {
        ComparisonCell[] judged = [.. cells.Where(c => c.Agrees is not null)];
        ComparisonCell[] against = [.. judged.Where(c => c.Agrees == false)];
        yield return $"{judged.Length - against.Length} of {judged.Length} figures of the model agree with this kernel.";
        foreach (ComparisonCell cell in against.Take(MaxLines))
        {
            yield return $"Disagrees: {cell.Experiment}, {cell.Mode} {cell.Parameters}: kernel "
                + $"{ComparisonTables.Text(cell.Kernel, cell.KernelLow, cell.KernelHigh)}, "
                + $"model {ComparisonTables.Text(cell.Model, cell.ModelLow, cell.ModelHigh)}.";
        }

        if (against.Length > MaxLines)
        {
            yield return $"The tables above show {against.Length - MaxLines} more that disagree.";
        }
    }
}
