using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NatAllocBench.Results.Format;

/// <summary>Says what is wrong with a JSON file in words of the file, where the serializer speaks of types of the program.</summary>
public static partial class JsonFault
{
    /// <summary>The fault and its place.</summary>
    /// <param name="e">What the serializer threw.</param>
    /// <returns>One line without a full stop.</returns>
    public static string Words(JsonException e)
    {
        string line = e.LineNumber is { } number ? string.Create(CultureInfo.InvariantCulture, $", line {number + 1}") : "";
        string place = e.Path is { Length: > 0 } path ? $" at {path}{line}" : line;
        return What(e.Message.ReplaceLineEndings(" ")) + place;
    }

    private static string What(string message)
    {
        string first = Place().Replace(message, "").TrimEnd('.', ' ');
        return first switch
        {
            _ when Unknown().Match(first) is { Success: true } match => $"there is no property '{match.Groups[1].Value}'",
            _ when Missing().Match(first) is { Success: true } match => $"missing: {match.Groups[1].Value}",
            _ when Doubled().Match(first) is { Success: true } match => $"'{match.Groups[1].Value}' occurs twice",
            _ when Nothing().Match(first) is { Success: true } match => $"'{match.Groups[1].Value}' is null",
            _ when first.Contains("could not be converted", StringComparison.Ordinal) => "the value is of the wrong kind",
            _ when first.Contains("NatAllocBench", StringComparison.Ordinal) || first.Contains("System.", StringComparison.Ordinal) =>
                "the value does not fit",
            _ => first,
        };
    }

    [GeneratedRegex(@" ?Path: .*$| ?LineNumber: .*$")]
    private static partial Regex Place();

    [GeneratedRegex("JSON property '([^']*)' could not be mapped")]
    private static partial Regex Unknown();

    [GeneratedRegex("missing required properties including: (.*)$")]
    private static partial Regex Missing();

    [GeneratedRegex("Duplicate property '([^']*)'")]
    private static partial Regex Doubled();

    [GeneratedRegex("'([^']*)' on type .* doesn't allow setting null|constructor parameter '([^']*)'.* doesn't allow null")]
    private static partial Regex Nothing();
}
