using System.Globalization;

namespace NatAllocBench.Reports.Tables;

/// <summary>Text that may come from a stranger's run, made harmless for terminals, pictures and pages.</summary>
public static class PlainText
{
    /// <summary>
    /// The text on one line: control, direction and unpaired characters become spaces, so that no escape sequence is left.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <returns>Text of the same length.</returns>
    public static string OneLine(string text) => string.Concat(text.Select(c => IsUnsafe(c) ? ' ' : c));

    internal static bool IsUnsafe(char c) => char.GetUnicodeCategory(c)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
}
