using System.Globalization;
using System.Text;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Export;

/// <summary>The kernel's counters of race cells as the lines that <c>conntrack -S</c> prints, one per CPU.</summary>
public static class ConntrackExport
{
    /// <summary>The lines of one cell and nothing else, for a parser of the tool's output.</summary>
    /// <param name="run">A race run.</param>
    /// <param name="index">The cell, counted from 0.</param>
    /// <returns>
    /// Per CPU <c>cpu=</c>, padded to four characters and a tab, then the counters that the kernel of the cell prints as
    /// <c>name=value</c>, each followed by a space.
    /// </returns>
    /// <exception cref="RunFormatException">There is no such cell, or it has no counters.</exception>
    public static string Lines(RunRecord run, int index) => Lines(Cell(run, index).Counters!);

    /// <summary>The lines of all cells that have counters, each cell under a line <c># workload</c>.</summary>
    /// <param name="run">A race run.</param>
    /// <returns>The text.</returns>
    /// <exception cref="RunFormatException">No cell has counters.</exception>
    public static string Text(RunRecord run) =>
        string.Join('\n', Cells(run, index: null).Select(c => $"# {PlainText.OneLine(Workload.Of(c).ToString())}\n{Lines(c.Counters!)}"));

    /// <summary>The cells that have counters, or one of them.</summary>
    /// <param name="run">A race run.</param>
    /// <param name="index">The cell, counted from 0; null for all.</param>
    /// <returns>At least one cell.</returns>
    /// <exception cref="RunFormatException">There is no such cell, or it has no counters.</exception>
    public static IReadOnlyList<RaceCell> Cells(RunRecord run, int? index)
    {
        if (index is { } one)
        {
            return [Cell(run, one)];
        }

        IReadOnlyList<RaceCell> cells = run is RunRecord<RaceCell> race ? [.. race.Cells.Where(c => c.Counters is { Count: > 0 })] : [];
        return cells.Count > 0
            ? cells
            : throw new RunFormatException("the run has no conntrack counters: race and kernel runs keep them, those from before did not");
    }

    private static RaceCell Cell(RunRecord run, int index)
    {
        IReadOnlyList<RaceCell> cells = run is RunRecord<RaceCell> race ? race.Cells : [];
        return index >= 0 && index < cells.Count && cells[index].Counters is { Count: > 0 }
            ? cells[index]
            : throw new RunFormatException(string.Create(
                CultureInfo.InvariantCulture, $"cell {index} of {run.CellCount} does not exist or has no conntrack counters"));
    }

    private static string Lines(IReadOnlyList<CpuCounters> cpus)
    {
        StringBuilder text = new();
        foreach ((int cpu, CpuCounters counters) in cpus.Index())
        {
            _ = text.Append(CultureInfo.InvariantCulture, $"cpu={cpu,-4}\t");
            foreach ((string name, long value) in counters.Named())
            {
                _ = text.Append(CultureInfo.InvariantCulture, $"{name}={value} ");
            }

            _ = text.Append('\n');
        }

        return text.ToString();
    }
}
