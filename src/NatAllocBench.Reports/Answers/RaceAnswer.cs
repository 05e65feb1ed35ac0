using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Answers;

/// <summary>What a race found: what each era and mode loses, what a user feels of it, and what was not seen.</summary>
internal static class RaceAnswer
{
    // A sweep has hundreds of rows: the tables show those, the answer the first series.
    private const int MaxLines = 6;

    public static IEnumerable<AnswerSection> Of(RunRecord<RaceCell> run)
    {
        RaceCell[] measured =
            [.. run.Cells.Where(c => c.Rate is not null && c.Series is not (KernelPace.Series or RaceCell.FixedPairSeries))];

        // A closed loop tells the cost; what is lost is the question of the series that have a schedule, where there are any.
        RaceCell[] asked = measured.Any(c => c.IsPaced) ? [.. measured.Where(c => c.IsPaced)] : measured;
        string[] none = measured.Length == 0 && run.Cells.Any(c => c.Missing is not null) ? ["No row has a figure."] : [];
        yield return new AnswerSection("Answer", [.. none, .. Losses(asked), .. Speeds(measured)]);
        yield return new AnswerSection("Felt", [.. Felt(asked)]);
        yield return new AnswerSection("Not seen", [.. Unseen(asked), .. Missing(run.Cells)]);
    }

    private static IEnumerable<string> Losses(IReadOnlyList<RaceCell> cells)
    {
        var series = cells.GroupBy(c => (c.Preset, c.Series)).ToArray();
        string[] lines =
        [
            .. series.SelectMany(s => s.GroupBy(Place)
                .Select(place => Loss(place.Key, [.. place], series.Length > 1 ? s.Key.Series : null))),
        ];
        foreach (string line in lines.Take(MaxLines))
        {
            yield return line;
        }

        if (lines.Length > MaxLines)
        {
            yield return $"The tables above hold {lines.Length - MaxLines} more such lines.";
        }
    }

    // A mode that was raced with several workloads loses a range.
    private static string Loss(string place, RaceCell[] cells, string? series)
    {
        string modes = string.Join(", ", cells.GroupBy(c => c.Mode).Select((mode, i) =>
            $"{mode.Key} {(i == 0 && mode.All(c => c.Rate > 0) ? "loses " : "")}{Range([.. mode])}"));
        return $"{place}{(series is null ? "" : $", {series}")}: {modes}.";
    }

    private static string Range(RaceCell[] cells)
    {
        RaceCell least = cells.MinBy(c => c.Rate)!;
        RaceCell most = cells.MaxBy(c => c.Rate)!;
        return least.Rate == most.Rate ? LossText.Of(most)! : $"{LossText.Of(least)} to {LossText.Of(most)}";
    }

    private static IEnumerable<string> Speeds(IReadOnlyList<RaceCell> cells)
    {
        RaceCell[] timed = [.. cells.Where(c => !c.IsPaced && c.ConnectionsPerSecond is not null)];
        if (timed.Length == 0)
        {
            yield break;
        }

        RateUnit unit = RateUnit.For(timed.Select(c => c.ConnectionsPerSecond));
        IEnumerable<string> places = timed.GroupBy(Place).Select(place => $"{place.Key} " + string.Join(", ", place.GroupBy(c => c.Mode)
            .Select(mode => $"{mode.Key} {Span(unit, [.. mode.Select(c => c.ConnectionsPerSecond!.Value)])}")));
        yield return $"Speed of a closed loop in {unit.Name}: {string.Join("; ", places)}.";
    }

    private static string Span(RateUnit unit, double[] values) => values.Min() == values.Max()
        ? unit.Format(values[0])!
        : $"{unit.Format(values.Min())} to {unit.Format(values.Max())}";

    private static IEnumerable<string> Felt(IReadOnlyList<RaceCell> cells)
    {
        if (cells.Where(c => c.Protocol == "udp" && c.Rate > 0).MaxBy(c => c.Rate) is { } udp)
        {
            yield return $"A lost UDP packet is not sent again by the kernel: the application waits for its own timeout. Worst here: "
                + $"{Name(udp)}, {LossText.Of(udp)}.";
        }

        IEnumerable<RaceCell> delayed = cells.Where(c => c.Protocol == "tcp" && c.Rate > 0 && c.Delayed is { Count: > 0 });
        if (delayed.MaxBy(c => c.Rate) is { Delayed: { } delays } worst)
        {
            double first = delays.Min(d => d.Seconds);
            double later = delays.Where(d => d.Seconds > first).Sum(d => d.Share);
            yield return $"A lost SYN is sent again after {Figures.Exact(first)} s; until then the user waits. Worst here, {Name(worst)}: "
                + $"{Figures.Significant(delays.First(d => d.Seconds == first).Share * 100)} % of connections wait {Figures.Exact(first)} s"
                + $"{(later > 0 ? $", {Figures.Significant(later * 100)} % longer" : "")}.";
        }
    }

    private static string Assumption(RaceCell[] unseen) => unseen.All(c => c.NeighboursOverdispersion is not null)
        ? "if failures come in clusters as in the neighbouring cells"
        : "if failures are independent";

    private static IEnumerable<string> Unseen(IReadOnlyList<RaceCell> cells)
    {
        RaceCell[] unseen = [.. cells.Where(c => c is { Rate: 0, RateHigh: > 0, Cpus: > 1 })];
        if (unseen.Length > 0)
        {
            IEnumerable<string> places = unseen.GroupBy(Place)
                .Select(g => $"{g.Key} {string.Join(", ", g.Select(c => c.Mode).Distinct())}");
            yield return $"{string.Join("; ", places)}: no failure in {Figures.Count(unseen.Min(c => c.Attempts ?? 0))} connections, "
                + $"so at most 1 in {LossText.OneInAtMost(unseen.Max(c => c.RateHigh!.Value))} (95 %, {Assumption(unseen)}).";
        }

        if (cells.Any(c => c.CannotRace))
        {
            yield return "On one CPU workers take turns: nothing can race, so no failure here means nothing. Give it two CPUs or more.";
        }
    }

    // What one series lacks another may have: then the line says which series it is.
    private static IEnumerable<string> Missing(IReadOnlyList<RaceCell> cells)
    {
        HashSet<string> measured = [.. cells.Where(c => c.Missing is null).Select(Name)];
        return cells.Where(c => c.Missing is not null)
            .GroupBy(c => (Reason: Reason(c), Series: measured.Contains(Name(c)) ? c.Series : null))
            .Select(g => $"Not measured{(g.Key.Series is { } series ? $" in '{series}'" : "")}: "
                + $"{string.Join(", ", g.Select(Name).Distinct())} ({g.Key.Reason}).");
    }

    // How often they did is in the table.
    private static string Reason(RaceCell cell) => cell.IsDisturbed ? "disturbed: the workers seldom ran together" : cell.Missing!;

    private static string Place(RaceCell cell) => cell.System == "model" ? $"Era {cell.Era}" : $"{cell.System} (era {cell.Era})";

    private static string Name(RaceCell cell) =>
        $"{(cell.System == "model" ? cell.Era : cell.IsWhatIf ? cell.Place : cell.System)} {cell.Mode}";
}
