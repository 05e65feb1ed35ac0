namespace NatAllocBench.Reports.Tables;

/// <summary>The unit of a throughput column, chosen once for the whole column.</summary>
/// <param name="Name">The heading.</param>
/// <param name="Short">The prefix letter for use beside a value.</param>
/// <param name="Divisor">Connections per second in one unit.</param>
internal sealed record RateUnit(string Name, string Short, double Divisor)
{
    public static RateUnit For(IEnumerable<double?> perSecond, string what = "connections/s") => (perSecond.Max() ?? 0) switch
    {
        >= 1e6 => new RateUnit($"million {what}", "M", 1e6),
        >= 1e3 => new RateUnit($"thousand {what}", "k", 1e3),
        _ => new RateUnit(what, "", 1),
    };

    public string? Format(double? value, double? low = null, double? high = null) =>
        value is { } v ? Figures.WithInterval(v / Divisor, low / Divisor, high / Divisor) : null;
}
