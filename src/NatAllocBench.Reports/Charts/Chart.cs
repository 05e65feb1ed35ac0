namespace NatAllocBench.Reports.Charts;

/// <summary>A chart of a run, before it is drawn.</summary>
/// <param name="FileName">The name of the SVG file.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Note">What a reader must know to read it, in one line; or empty.</param>
/// <param name="XTitle">The horizontal axis with its unit.</param>
/// <param name="YTitle">The vertical axis with its unit.</param>
/// <param name="IsLogarithmic">Whether the vertical axis is logarithmic.</param>
/// <param name="XValues">The values on the horizontal axis, in order.</param>
/// <param name="Lines">The lines, each with a point per value at most.</param>
public sealed record Chart(
    string FileName,
    string Title,
    string Note,
    string XTitle,
    string YTitle,
    bool IsLogarithmic,
    IReadOnlyList<double> XValues,
    IReadOnlyList<ChartLine> Lines)
{
    /// <summary>
    /// Whether it is a histogram: the values on the horizontal axis are then the bounds of classes, and a point is the height of the class
    /// that begins at its value.
    /// </summary>
    public bool IsHistogram { get; init; }

    /// <summary>
    /// The names of the values on the horizontal axis where they are no numbers: such points are drawn side by side, and no line joins
    /// them.
    /// </summary>
    public IReadOnlyList<string>? Categories { get; init; }

    /// <summary>The largest possible value, where there is one: the vertical axis ends there.</summary>
    public double? Limit { get; init; }

    /// <summary>The machine, the day and the commit of the run.</summary>
    public string Source { get; init; } = "";
}

/// <summary>A line of a chart.</summary>
/// <param name="Name">The text of the legend.</param>
/// <param name="Points">The points, in the order of the horizontal axis.</param>
public sealed record ChartLine(string Name, IReadOnlyList<ChartPoint> Points);

/// <summary>A point of a line.</summary>
/// <param name="XIndex">The index of its value on the horizontal axis.</param>
/// <param name="Y">The value; null when only the bound <paramref name="High"/> is known.</param>
/// <param name="Low">The lower end of the interval, or null.</param>
/// <param name="High">The upper end of the interval, or null.</param>
public sealed record ChartPoint(int XIndex, double? Y, double? Low, double? High)
{
    /// <summary>Whether fewer rounds than an interval needs are behind it: it is drawn hollow, and no line runs through it.</summary>
    public bool IsThin { get; init; }
}
