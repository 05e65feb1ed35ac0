using System.CommandLine;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary>Options that the commands about a node have in common.</summary>
internal static class NodeOption
{
    /// <summary>An option with a default.</summary>
    public static Option<T> Of<T>(string name, string description, T value, string help) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => value,
        HelpName = help,
    };

    /// <summary>The number of ports of a range such as <c>1024-65535</c>.</summary>
    /// <exception cref="UsageException">The text is no such range.</exception>
    public static int PortCount(string text) =>
        text.Split('-') is [var low, var high] && ushort.TryParse(low, out ushort first) && ushort.TryParse(high, out ushort last)
            && first is > 0 && first <= last
            ? last - first + 1
            : throw new UsageException($"--ports {text}: write a range such as 1024-65535");

    /// <summary>Whether a protocol is TCP.</summary>
    /// <exception cref="UsageException">It is neither TCP nor UDP.</exception>
    public static bool IsTcp(string protocol) => protocol switch
    {
        "tcp" => true,
        "udp" => false,
        _ => throw new UsageException($"--protocol {protocol}: choose tcp or udp"),
    };
}
