using System.Globalization;

namespace NatAllocBench.Racing.Machine;

/// <summary>Reads small files of a machine and keeps note of those that should be there and are not.</summary>
internal sealed class FactReader(IMachineSource source)
{
    private readonly List<string> _notFound = [];

    internal IMachineSource Source => source;

    internal IReadOnlyList<string> NotFound => _notFound;

    /// <summary>Trimmed text of an optional file; null when it is missing or empty.</summary>
    internal string? Text(string path) => source.Read(path)?.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>Whole number in an optional file.</summary>
    internal long? Number(string path) => ParseNumber(Text(path));

    /// <summary>Notes that a fact is missing, with the place that was asked.</summary>
    internal void Missing(string fact, string place) => _notFound.Add($"{fact}: {place}");

    internal static long? ParseNumber(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;

    internal static double? ParseReal(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;
}
