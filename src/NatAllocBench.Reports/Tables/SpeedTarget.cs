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

        if (Above.Of(cells, threads) is not { } above || (Below is null ? Reached.One : Below.Of(cells, threads)) is not { } below)
        {
            return row with { Result = $"no data: not measured in the run {Run}" };
        }

        return row with
        {
            Reached = Figures.Significant(above.Median / below.Median),
            Best = above.Best / below.Best is { } ratio ? Figures.Significant(ratio) : TableLayout.NoValue,
            Rounds = RoundsOf(Below is null ? [above] : [above, below]),
            Result = ResultOf(above, below, bound),
        };
    }

    // The verdict is open where the bound lies between the least and the greatest ratio that the two intervals allow.
    private string ResultOf(Reached above, Reached below, double bound)
    {
        double missed = MissedBy(above.Median / below.Median);
        bool isOpen = (MissedBy(above.Low / below.High) <= 0) != (MissedBy(above.High / below.Low) <= 0);
        return (missed <= 0 ? "met" : $"missed by {Figures.Significant(100 * missed)} %") + (isOpen ? ", within the spread" : "");

        double MissedBy(double ratio) => (IsAtMost ? ratio - bound : bound - ratio) / bound;
    }

    private static string RoundsOf(Reached[] sides)
    {
        ThroughputRounds[] rounds = [.. sides.Select(side => side.PerRound).OfType<ThroughputRounds>()];
        return rounds.Length < sides.Length ? TableLayout.NoValue
            : $"{Figures.Count(rounds.Min(side => side.ConnectionsPerSecond.Count))} "
                + $"({Figures.Count(rounds.Min(side => side.Process?.Distinct().Count() ?? 1))})";
    }

    /// <summary>The greatest value among some designs at a number of connections.</summary>
    /// <param name="Designs">Their names; one that ends with @ is a design of another build.</param>
    /// <param name="Connections">The connections.</param>
    /// <param name="ValueOf">The value of a cell.</param>
    public sealed record Side(string[] Designs, long Connections, Func<ThroughputCell, Value> ValueOf)
    {
        /// <summary>What was reached: by the design with the greatest median, and by the best round of all.</summary>
        public Reached? Of(IReadOnlyList<ThroughputCell> cells, int threads)
        {
            ThroughputCell[] measured =
            [
                .. cells.Where(cell => cell.Threads == threads && cell.Connections == Connections && cell.Missing is null
                    && Designs.Any(name => IsOf(cell, name))),
            ];
            ThroughputCell? fastest = measured.MaxBy(cell => ValueOf(cell).Median);
            return fastest is not null && ValueOf(fastest) is { Median: > 0 and { } median } value
                ? new Reached(median, value.Low ?? median, value.High ?? median, measured.Max(cell => ValueOf(cell).Best), fastest.PerRound)
                : null;
        }

        private static bool IsOf(ThroughputCell cell, string name) =>
            cell.Design == name || (name.EndsWith('@') && cell.Design.StartsWith(name, StringComparison.Ordinal));
    }

    /// <summary>A value of a cell; null where it has none.</summary>
    /// <param name="Median">The median over processes.</param>
    /// <param name="Low">The lower end of its interval.</param>
    /// <param name="High">The upper end.</param>
    /// <param name="Best">By the best round.</param>
    public readonly record struct Value(double? Median, double? Low, double? High, double? Best);

    /// <summary>What a side reached. A median without an interval is its own.</summary>
    /// <param name="Median">The median over processes.</param>
    /// <param name="Low">The lower end of its interval.</param>
    /// <param name="High">The upper end.</param>
    /// <param name="Best">By the best round; null where the value has none.</param>
    /// <param name="PerRound">The rounds that the median is of.</param>
    public sealed record Reached(double Median, double Low, double High, double? Best, ThroughputRounds? PerRound)
    {
        /// <summary>The side below a value that is not divided.</summary>
        public static Reached One { get; } = new(1, 1, 1, null, null);
    }

    /// <summary>A row of the table.</summary>
    /// <param name="Ratio">What is divided by what.</param>
    /// <param name="Threads">Threads.</param>
    /// <param name="Target">The bound.</param>
    /// <param name="Reached">By medians over processes.</param>
    /// <param name="Best">By best rounds.</param>
    /// <param name="Rounds">Rounds and, in brackets, processes of the side that has fewer of them.</param>
    /// <param name="Result">Met or missed by how much, whether that is within the spread, or why there is no data.</param>
    public sealed record Row(string Ratio, string Threads, string Target, string Reached, string Best, string Rounds, string Result);
}
