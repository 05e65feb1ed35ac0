using System.Globalization;
using System.Text;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// Raises machine-wide sysctls and puts them back. The original value is on disk before the first change, shared by all runs,
/// and goes back when the last live run ends, or at the start of the next run after a kill. Call only while the state directory is locked.
/// </summary>
internal sealed class SysctlJournal
{
    private readonly StateDirectory _state;

    internal SysctlJournal(StateDirectory state) => _state = state;

    private sealed record Change(string Key, long Original, long Applied);

    /// <summary>
    /// Raises each sysctl to at least the requested value, never lowers one. Values that cannot be raised (a container outside the initial
    /// network namespace) are reported in the returned lines.
    /// </summary>
    internal IReadOnlyList<string> RaiseTo(IEnumerable<KeyValuePair<string, long>> wanted)
    {
        var warnings = new List<string>();
        List<Change> changes = [.. Read()];
        foreach ((string key, long minimum) in wanted)
        {
            long? current = ReadValue(key);
            if (current is null || current >= minimum)
            {
                continue;
            }

            int index = changes.FindIndex(change => change.Key == key);
            List<Change> before = [.. changes];
            if (index >= 0)
            {
                changes[index] = changes[index] with { Applied = minimum };
            }
            else
            {
                changes.Add(new Change(key, current.Value, minimum));
            }

            Write(changes);
            if (!TryWriteValue(key, minimum))
            {
                changes = before;
                Write(changes);
                warnings.Add($"{key} stays at {current}: it can only be raised from the initial network namespace");
            }
        }

        return warnings;
    }

    /// <summary>
    /// Puts every recorded sysctl back, except one that somebody else has changed since. Returns the keys that were written.
    /// </summary>
    internal IReadOnlyList<string> Restore()
    {
        var restored = new List<string>();
        foreach (Change change in Read())
        {
            if (ReadValue(change.Key) == change.Applied && TryWriteValue(change.Key, change.Original))
            {
                restored.Add(change.Key);
            }
        }

        File.Delete(_state.SysctlsPath);
        return restored;
    }

    /// <summary>
    /// The value of a sysctl named with dots, as the calling thread's namespace sees it; null when there is no such sysctl.
    /// </summary>
    internal static long? ReadValue(string key)
    {
        string path = PathOf(key);
        string text = File.Exists(path) ? File.ReadAllText(path).Trim() : string.Empty;
        return long.TryParse(text, CultureInfo.InvariantCulture, out long value) ? value : null;
    }

    internal static string PathOf(string key) => "/proc/sys/" + key.Replace('.', '/');

    private static bool TryWriteValue(string key, long value)
    {
        try
        {
            File.WriteAllText(PathOf(key), value.ToString(CultureInfo.InvariantCulture));
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private IEnumerable<Change> Read()
    {
        if (!File.Exists(_state.SysctlsPath))
        {
            yield break;
        }

        string[] lines = File.ReadAllLines(_state.SysctlsPath);

        // Values recorded before a reboot are void: the boot has already put everything back.
        if (lines.Length == 0 || lines[0] != "boot " + BootId())
        {
            yield break;
        }

        foreach (string line in lines.Skip(1))
        {
            string[] parts = line.Split(' ');
            yield return new Change(
                parts[0], long.Parse(parts[1], CultureInfo.InvariantCulture), long.Parse(parts[2], CultureInfo.InvariantCulture));
        }
    }

    private void Write(IEnumerable<Change> changes)
    {
        var text = new StringBuilder("boot ").Append(BootId()).Append('\n');
        foreach (Change change in changes)
        {
            _ = text.Append(CultureInfo.InvariantCulture, $"{change.Key} {change.Original} {change.Applied}\n");
        }

        StateDirectory.WriteDurably(_state.SysctlsPath, text.ToString());
    }

    private static string BootId() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
}
