using System.Globalization;

namespace NatAllocBench.Node.Inputs;

/// <summary>Settings of a node by their dotted name.</summary>
internal sealed class SysctlValues
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Reads <c>name = value</c> lines, or <c>/proc/sys/a/b: value</c>.</summary>
    /// <param name="text">The file.</param>
    public void Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (string line in text.Split('\n'))
        {
            int end = line.IndexOfAny(['=', ':']);
            if (end > 0)
            {
                string name = line[..end].Trim();
                name = name.StartsWith("/proc/sys/", StringComparison.Ordinal) ? name["/proc/sys/".Length..].Replace('/', '.') : name;
                _values[name] = line[(end + 1)..].Trim();
            }
        }
    }

    /// <summary>Whether nothing was read.</summary>
    public bool IsEmpty => _values.Count == 0;

    /// <summary>A number, or null if the file does not have it.</summary>
    /// <param name="name">Dotted name.</param>
    public long? Number(string name) =>
        _values.TryGetValue(name, out string? text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : null;

    /// <summary>The range that clients and this node draw ports from, or null.</summary>
    public (int Low, int High)? LocalPortRange =>
        _values.TryGetValue("net.ipv4.ip_local_port_range", out string? text)
        && text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [var low, var high]
        && int.TryParse(low, out int first) && int.TryParse(high, out int last)
            ? (first, last)
            : null;
}
