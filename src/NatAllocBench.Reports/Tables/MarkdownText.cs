using System.Text;

namespace NatAllocBench.Reports.Tables;

/// <summary>Escapes text that may come from a stranger's run for Markdown.</summary>
public static class MarkdownText
{
    /// <summary>
    /// Makes a text literal: no markup, no HTML, no table cell end, no mention; control and direction characters become spaces.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <returns>One line of Markdown that renders as the text.</returns>
    public static string Escape(string text)
    {
        StringBuilder escaped = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            _ = c switch
            {
                // "(< 0.0013 %)": neither sign is markup within a line when a space follows.
                '<' or '>' when i > 0 && i + 1 < text.Length && text[i + 1] == ' ' => escaped.Append(c),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '&' => escaped.Append("&amp;"),
                '@' => escaped.Append("&#64;"),
                '\\' or '|' or '`' or '*' or '~' or '#' or '!' => escaped.Append('\\').Append(c),
                '[' or ']' when !IsInterval(text) => escaped.Append('\\').Append(c),
                // An underscore within a word is no emphasis on GitHub; insert_failed stays readable.
                '_' when !IsWithinWord(text, i) => escaped.Append("\\_"),
                _ when PlainText.IsUnsafe(c) => escaped.Append(' '),
                _ => escaped.Append(c),
            };
        }

        // A bare address becomes a link on GitHub; the entity stops that and renders the same.
        return escaped.Replace("://", "&#58;//").Replace("www.", "www&#46;").ToString();
    }

    // "2.31 [2.10, 2.52] M" is no link: nothing follows the bracket that could make it one.
    private static bool IsInterval(string text)
    {
        int close = text.IndexOf(']', StringComparison.Ordinal);
        return text[0] != '[' && text.Count(c => c is '[' or ']') == 2 && (close == text.Length - 1 || text[close + 1] == ' ');
    }

    private static bool IsWithinWord(string text, int i) =>
        i > 0 && i + 1 < text.Length && char.IsAsciiLetterOrDigit(text[i - 1]) && char.IsAsciiLetterOrDigit(text[i + 1]);
}
