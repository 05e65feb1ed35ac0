using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace NatAllocBench.Results.Files;

/// <summary>
/// What a killed process leaves behind. Names of files and directories that are not finished carry the process that writes them, so that
/// the next one can tell what nobody will finish.
/// </summary>
public static partial class Leftovers
{
    /// <summary>Marks a name as one of this process that is not finished.</summary>
    /// <param name="prefix">The beginning of the name, ending in a dot or a dash.</param>
    /// <returns>The name.</returns>
    public static string Mark(string prefix) =>
        string.Create(CultureInfo.InvariantCulture, $"{prefix}{Environment.ProcessId}-{Guid.NewGuid():N}");

    /// <summary>The leftovers right in a directory.</summary>
    /// <param name="directory">A directory, which need not exist.</param>
    /// <returns>Paths of files and directories whose process has ended.</returns>
    public static IReadOnlyList<string> In(string directory) => !Directory.Exists(directory)
        ? []
        : [.. Directory.EnumerateFileSystemEntries(directory).Where(IsLeftover).Order(StringComparer.Ordinal)];

    /// <summary>Removes the leftovers right in a directory.</summary>
    /// <param name="directory">A directory, which need not exist.</param>
    /// <returns>What was removed.</returns>
    public static IReadOnlyList<string> Remove(string directory)
    {
        try
        {
            return [.. In(directory).Where(Remove)];

            static bool Remove(string path)
            {
                if (Directory.Exists(path))
                {
                    Directory.Delete(path, recursive: true);
                }
                else
                {
                    File.Delete(path);
                }

                return true;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else's, or on its way out: what is in the way shows when the directory is written.
            return [];
        }
    }

    private static bool IsLeftover(string path) =>
        Name().Match(Path.GetFileName(path)) is { Success: true } match
        && int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int process)
        && !IsAlive(process);

    private static bool IsAlive(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^(?:\.staging-|\.writable-|.+\.)([0-9]{1,10})-[0-9a-f]{32}(?:\.tmp)?$")]
    private static partial Regex Name();
}
