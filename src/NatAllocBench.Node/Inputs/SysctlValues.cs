using System.Globalization;

namespace NatAllocBench.Node.Inputs;

/// <summary>Settings of a node by their dotted name.</summary>
internal sealed class SysctlValues
{
    public const string Entries = "net.netfilter.nf_conntrack_count";
    public const string MostEntries = "net.netfilter.nf_conntrack_max";
    public const string Buckets = "net.netfilter.nf_conntrack_buckets";
    public const string SynSent = "net.netfilter.nf_conntrack_tcp_timeout_syn_sent";
    public const string TimeWait = "net.netfilter.nf_conntrack_tcp_timeout_time_wait";
    public const string UdpUnreplied = "net.netfilter.nf_conntrack_udp_timeout";
    private const string LocalRange = "net.ipv4.ip_local_port_range";
    private const string Reserved = "net.ipv4.ip_local_reserved_ports";

    /// <summary>All that a diagnosis reads.</summary>
    public static readonly IReadOnlyList<string> Names =
        [Entries, MostEntries, Buckets, SynSent, TimeWait, UdpUnreplied, LocalRange, Reserved];

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

    /// <summary>A number, or null if the file does not have it.</summary>
    /// <param name="name">Dotted name.</param>
    public long? Number(string name) =>
        _values.TryGetValue(name, out string? text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : null;

    /// <summary>Ports that no program on this node is given by itself; empty if the file has none.</summary>
    public IReadOnlyList<(int Low, int High)> ReservedPorts =>
    [
        .. _values.GetValueOrDefault(Reserved, "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(range => range.Split('-'))
            .Where(ends => ends.Length <= 2 && ends.All(end => ushort.TryParse(end, out _)))
            .Select(ends => (int.Parse(ends[0], CultureInfo.InvariantCulture), int.Parse(ends[^1], CultureInfo.InvariantCulture))),
    ];

    /// <summary>The range that clients and this node draw ports from, or null.</summary>
    public (int Low, int High)? LocalPortRange =>
        _values.TryGetValue(LocalRange, out string? text)
        && text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [var low, var high]
        && int.TryParse(low, out int first) && int.TryParse(high, out int last)
            ? (first, last)
            : null;
}
