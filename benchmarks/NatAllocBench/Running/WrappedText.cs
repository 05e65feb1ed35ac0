namespace NatAllocBench.Running;

/// <summary>Breaks text between words.</summary>
internal static class WrappedText
{
    /// <summary>The lines of a text; a word that is longer than a line, such as a path to copy, is left whole.</summary>
    /// <param name="text">Text without line ends.</param>
    /// <param name="width">Characters of a line.</param>
    /// <returns>At least one line.</returns>
    public static IEnumerable<string> Lines(string text, int width)
    {
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = word;
            }
            else
            {
                line = line.Length > 0 ? $"{line} {word}" : word;
            }
        }

        yield return line;
    }
}
