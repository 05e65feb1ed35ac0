using System.Globalization;
using System.Text.RegularExpressions;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// The name every namespace of one run carries: <c>natab-PID-START-PIDNS-TOKEN</c>. PID alone is reused by the system, so START is the
/// process's start time (clock ticks since boot), and PIDNS is the pid namespace in which the two can be checked.
/// </summary>
/// <param name="ProcessId">The owner's process id.</param>
/// <param name="StartTicks">Field 22 of /proc/PID/stat, in clock ticks since boot.</param>
/// <param name="PidNamespace">Inode number of the owner's pid namespace.</param>
/// <param name="Token">Four hex digits that separate the runs of one process.</param>
internal sealed partial record OwnerIdentity(int ProcessId, long StartTicks, long PidNamespace, string Token)
{
    /// <summary>First part of every name; nothing without it is ever touched.</summary>
    public const string Prefix = "natab-";

    /// <summary>The name of the run, also the first part of its namespaces' names.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{ProcessId}-{StartTicks}-{PidNamespace:x}-{Token}");

    /// <summary>A new identity of the running process.</summary>
    public static OwnerIdentity OfThisProcess()
    {
        long start = ReadStartTicks(Environment.ProcessId)
            ?? throw new LiveKernelUnavailableException("cannot read /proc/self/stat: mount /proc in this container.");
        string token = Random.Shared.Next(0x10000).ToString("x4", CultureInfo.InvariantCulture);
        return new OwnerIdentity(Environment.ProcessId, start, CurrentPidNamespace(), token);
    }

    /// <summary>Reads an identity back from a run's or a namespace's name; null when the name is not one of ours.</summary>
    public static OwnerIdentity? Parse(string name)
    {
        Match match = NamePattern().Match(name);
        return !match.Success ? null : new OwnerIdentity(
            int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
            long.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture),
            long.Parse(match.Groups[3].ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
            match.Groups[4].Value);
    }

    /// <summary>
    /// True when the owner is certainly gone. A process of another pid namespace cannot be seen from here and counts as alive:
    /// removing the namespaces of a running neighbour would be worse than leaving some behind.
    /// </summary>
    public bool IsDead() => PidNamespace == CurrentPidNamespace() && ReadStartTicks(ProcessId) != StartTicks;

    /// <summary>Extracts field 22 from the text of /proc/PID/stat; a zombie (state Z or X) owns nothing any more and gives null.</summary>
    public static long? ParseStartTicks(string stat)
    {
        // The second field is the command in parentheses and may itself hold blanks and parentheses.
        int commandEnd = stat.LastIndexOf(')');
        string[] fields = stat[(commandEnd + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (commandEnd < 0 || fields.Length < 20 || fields[0] is "Z" or "X")
        {
            return null;
        }

        return long.Parse(fields[19], CultureInfo.InvariantCulture);
    }

    private static long? ReadStartTicks(int processId)
    {
        try
        {
            return ParseStartTicks(File.ReadAllText($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/stat"));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long CurrentPidNamespace()
    {
        // The link reads "pid:[4026531836]".
        string target = File.ResolveLinkTarget("/proc/self/ns/pid", returnFinalTarget: false)?.Name ?? string.Empty;
        string inode = target.Replace("pid:[", string.Empty, StringComparison.Ordinal).TrimEnd(']');
        return long.TryParse(inode, CultureInfo.InvariantCulture, out long number) ? number : 0;
    }

    [GeneratedRegex("^natab-([0-9]{1,9})-([0-9]{1,18})-([0-9a-f]{1,15})-([0-9a-f]{4})(?:-[crs])?$")]
    private static partial Regex NamePattern();
}
