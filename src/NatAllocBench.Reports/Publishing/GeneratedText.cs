using System.Text;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Format;

namespace NatAllocBench.Reports.Publishing;

/// <summary>A text file with parts that are generated from elsewhere.</summary>
public static class GeneratedText
{
    /// <summary>Brings a file up to date; it is written whole, and only if it changes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="render">Its text with the generated parts made again.</param>
    /// <returns>Whether the file changed.</returns>
    /// <exception cref="RunFormatException">The file cannot be read.</exception>
    /// <exception cref="ResultsWriteException">The file cannot be written.</exception>
    public static bool Refresh(string path, Func<string, string> render)
    {
        string before = Load(path);
        string after = render(before);
        if (before == after)
        {
            return false;
        }

        AtomicFile.Write(path, Encoding.UTF8.GetBytes(after));
        return true;
    }

    /// <summary>Whether <see cref="Refresh"/> would change nothing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="render">As for <see cref="Refresh"/>.</param>
    /// <returns>True for a file that is up to date.</returns>
    /// <exception cref="RunFormatException">The file cannot be read.</exception>
    public static bool IsCurrent(string path, Func<string, string> render)
    {
        string text = Load(path);
        return text == render(text);
    }

    private static string Load(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFormatException($"{path}: cannot be read: {AtomicFile.Reason(e)}", e);
        }
    }
}
