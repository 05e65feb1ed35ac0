using NatAllocBench.Reports.Comparison;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Calibrating;

/// <summary>What one process, or those of one side together, measured of a <see cref="PairPlan"/>.</summary>
/// <param name="Speeds">The closed races.</param>
/// <param name="Rates">The bursts.</param>
/// <param name="Throughput">The table designs.</param>
internal sealed record PairSide(RunRecord<RaceCell> Speeds, RunRecord<RaceCell> Rates, RunRecord<ThroughputCell> Throughput)
{
    /// <summary>What is compared, by name: of a side the cells that belong to it, null where there are none.</summary>
    public static IReadOnlyList<(string Name, Func<PairSide, RunRecord?> Of)> Figures { get; } =
    [
        (FigureKind.RaceSpeed, side => side.Speeds),
        (FigureKind.RaceRate, side => Those(side.Rates, cell => cell.Era == PairPlan.Searching)),
        (FigureKind.RoverRate, side => Those(side.Rates, cell => cell.Era == PairPlan.Rover)),
        (FigureKind.OneThread, side => Those(side.Throughput, cell => cell.Threads == 1)),
        (FigureKind.TwoThreads, side => Those(side.Throughput, cell => cell.Threads == 2)),
    ];

    /// <summary>The processes of one side as one.</summary>
    public static PairSide Pool(IReadOnlyList<PairSide> processes) => new(
        PooledProcesses.Pool([.. processes.Select(process => process.Speeds)]),
        PooledProcesses.Pool([.. processes.Select(process => process.Rates)]),
        PooledProcesses.Pool([.. processes.Select(process => process.Throughput)]));

    /// <summary>Why a cell has no figure, of the first such cell, or null where all have one.</summary>
    public string? Disturbed =>
        Speeds.Cells.Concat(Rates.Cells).Select(cell => Named($"{cell.Arrival}, window {cell.WindowAddedNs:0} ns", cell.Missing))
            .Concat(Throughput.Cells.Select(cell => Named($"{cell.Design}, {cell.Threads} threads", cell.Missing)))
            .FirstOrDefault(reason => reason is not null);

    /// <summary>Writes the runs one after the other, each with its length before it.</summary>
    public void Write(Stream output)
    {
        using var writer = new BinaryWriter(output, System.Text.Encoding.UTF8, leaveOpen: true);
        foreach (RunRecord run in (RunRecord[])[Speeds, Rates, Throughput])
        {
            byte[] json = RunFormat.Write(run);
            writer.Write(json.Length);
            writer.Write(json);
        }
    }

    private static RunRecord<TCell>? Those<TCell>(RunRecord<TCell> run, Func<TCell, bool> belongs)
        where TCell : class =>
        run.Cells.Where(belongs).ToArray() is { Length: > 0 } cells ? run with { Cells = cells } : null;

    private static string? Named(string cell, string? reason) => reason is null ? null : $"{cell}: {reason}";

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <returns>The side, or null where the stream ends before it.</returns>
    public static PairSide? Read(Stream input)
    {
        using var reader = new BinaryReader(input, System.Text.Encoding.UTF8, leaveOpen: true);
        try
        {
            return new PairSide((RunRecord<RaceCell>)Next(), (RunRecord<RaceCell>)Next(), (RunRecord<ThroughputCell>)Next());
        }
        catch (EndOfStreamException)
        {
            return null;
        }

        RunRecord Next()
        {
            int length = reader.ReadInt32();
            return RunFormat.Read(reader.ReadBytes(length) is var json && json.Length == length ? json : throw new EndOfStreamException());
        }
    }
}
