using System.Globalization;
using System.Numerics;

namespace NatAllocBench.Results.Validation;

/// <summary>Collects what is wrong with a run, each as one line that names the place.</summary>
internal sealed class Problems
{
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines => _lines;

    public void Add(string place, string fault) => _lines.Add($"{place}: {fault}");

    public void Unless(bool holds, string place, string fault)
    {
        if (!holds)
        {
            Add(place, fault);
        }
    }

    /// <summary>A value that is there must lie in the range, ends included.</summary>
    public void InRange<T>(string place, string name, T? value, T low, T high)
        where T : struct, INumber<T> =>
        Unless(value is not { } v || (v >= low && v <= high), place, Line($"{name} is {value}, not {low} to {high}"));

    /// <summary>A value that is there must not be negative.</summary>
    public void NotNegative<T>(string place, string name, T? value)
        where T : struct, INumber<T> => Unless(value is not { } v || v >= T.Zero, place, Line($"{name} is {value}, below 0"));

    /// <summary>Both values must be there and equal, or both be absent; tiny differences of floating point do not count.</summary>
    public void Same(string place, string name, double? stated, double? expected, string source)
    {
        bool same = stated is { } s && expected is { } e
            ? Math.Abs(s - e) <= 1e-6 * Math.Max(Math.Abs(s), Math.Abs(e))
            : stated == expected;
        Unless(same, place, $"{name} is {Text(stated)}, but {source} gives {Text(expected)}");
    }

    /// <summary>Values that are there must not fall from one to the next.</summary>
    public void Ordered(string place, string names, params ReadOnlySpan<double?> values)
    {
        double last = double.NegativeInfinity;
        foreach (double? value in values)
        {
            if (value is { } v)
            {
                Unless(v >= last, place, Line($"{names} are not in order"));
                last = v;
            }
        }
    }

    private static string Text(double? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "null";

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
