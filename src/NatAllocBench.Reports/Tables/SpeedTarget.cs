using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Tables;

/// <summary>A target of speed.</summary>
/// <param name="Ratio">What is divided by what, in words.</param>
/// <param name="Run">Name of the run it is measured in.</param>
/// <param name="OneThread">The bound on one thread; null without one.</param>
/// <param name="TwoThreads">The bound on two.</param>
/// <param name="Above">What is divided.</param>
/// <param name="Below">What it is divided by; null where it is a value of its own.</param>
internal sealed record SpeedTarget(
    string Ratio, string Run, double? OneThread, double? TwoThreads, SpeedTarget.Side Above, SpeedTarget.Side? Below)
{
    /// <summary>Whether the bound is the most that is allowed, not the least.</summary>
    public bool IsAtMost { get; init; }

    /// <summary>The bound with a number of threads.</summary>
    public double? BoundFor(int threads) => threads == 1 ? OneThread : TwoThreads;

    /// <summary>What a run says.</summary>
    /// <param name="threads">Threads of the row.</param>
    /// <param name="cells">Its cells; null where it is not published.</param>
    public Row RowFor(int threads, IReadOnlyList<ThroughputCell>? cells)
    {
        double bound = BoundFor(threads)!.Value;
        var row = new Row(
            Ratio, Figures.Exact(threads), $"{(IsAtMost ? "at most" : "at least")} {Figures.Exact(bound)}", TableLayout.NoValue,
            TableLayout.NoValue, TableLayout.NoValue, "");
        if (cells is null)
        {
            return row with { Result = $"no data: no run {Run} is published" };
        }

        if (Quotient(Above.Median(cells, threads), Below is null ? 1 : Below.Median(cells, threads)) is not { } reached)
        {
            return row with { Result = $"no data: not measured in the run {Run}" };
        }

        double? best = Quotient(Above.Best(cells, threads), Below?.Best(cells, threads));
        double missed = IsAtMost ? (reached - bound) / bound : (bound - reached) / bound;
        return row with
        {
            Reached = Figures.Significant(reached),
            Best = best is { } ratio ? Figures.Significant(ratio) : TableLayout.NoValue,
            Rounds = RoundsOf([.. Above.Fastest(cells, threads), .. Below?.Fastest(cells, threads) ?? []]),
            Result = missed <= 0 ? "met" : $"missed by {Figures.Significant(100 * missed)} %",
        };
    }

    private static string RoundsOf(IReadOnlyList<ThroughputCell> sides)
    {
        ThroughputRounds[] rounds = [.. sides.Select(cell => cell.PerRound).OfType<ThroughputRounds>()];
        return rounds.Length < sides.Count ? TableLayout.NoValue
            : $"{Figures.Count(rounds.Min(side => side.ConnectionsPerSecond.Count))} "
                + $"({Figures.Count(rounds.Min(side => side.Process?.Distinct().Count() ?? 1))})";
    }

    private static double? Quotient(double? above, double? below) => above is { } a && below is > 0 and { } b ? a / b : null;

    /// <summary>The greatest value among some designs at a number of connections.</summary>
    /// <param name="Designs">Their names; one that ends with @ is a design of another build.</param>
    /// <param name="Connections">The connections.</param>
    /// <param name="OfCell">The value of a cell by its median.</param>
    /// <param name="BestOfCell">The value by its best round.</param>
    public sealed record Side(
        string[] Designs, long Connections, Func<ThroughputCell, double?> OfCell, Func<ThroughputCell, double?> BestOfCell)
    {
        public double? Median(IReadOnlyList<ThroughputCell> cells, int threads) => Measured(cells, threads).Max(OfCell);

        public double? Best(IReadOnlyList<ThroughputCell> cells, int threads) => Measured(cells, threads).Max(BestOfCell);

        /// <summary>The cell whose median counts.</summary>
        public IEnumerable<ThroughputCell> Fastest(IReadOnlyList<ThroughputCell> cells, int threads) =>
            Measured(cells, threads).OrderByDescending(OfCell).Take(1);

        private IEnumerable<ThroughputCell> Measured(IReadOnlyList<ThroughputCell> cells, int threads) => cells.Where(
            cell => cell.Threads == threads && cell.Connections == Connections && cell.Missing is null && Designs.Any(IsOf(cell)));

        private static Func<string, bool> IsOf(ThroughputCell cell) => name =>
            cell.Design == name || (name.EndsWith('@') && cell.Design.StartsWith(name, StringComparison.Ordinal));
    }

    /// <summary>A row of the table.</summary>
    /// <param name="Ratio">What is divided by what.</param>
    /// <param name="Threads">Threads.</param>
    /// <param name="Target">The bound.</param>
    /// <param name="Reached">By medians over processes.</param>
    /// <param name="Best">By best rounds.</param>
    /// <param name="Rounds">Rounds and, in brackets, processes of the side that has fewer of them.</param>
    /// <param name="Result">Met, missed by how much, or why there is no data.</param>
    public sealed record Row(string Ratio, string Threads, string Target, string Reached, string Best, string Rounds, string Result);
}
