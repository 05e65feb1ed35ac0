using System.Diagnostics;
using NatAllocBench.LiveKernel;

namespace NatAllocBench.Tests.LiveKernel;

/// <summary>Everything a run could leave behind in the machine's own namespace, as comparable text.</summary>
internal static class MachineState
{
    private static readonly string[] Sysctls =
    [
        "/proc/sys/net/netfilter/nf_conntrack_max",
        "/proc/sys/net/netfilter/nf_conntrack_buckets",
        "/proc/sys/net/core/netdev_max_backlog",
        "/proc/sys/net/ipv4/ip_forward",
        "/proc/sys/net/ipv4/conf/all/rp_filter",
        "/proc/sys/net/ipv6/conf/all/disable_ipv6",
    ];

    internal static string Read() => string.Join(
        '\n',
        [
            "namespaces: " + string.Join(' ', Leftovers.NamespaceNames()),
            "interfaces: " + Output("ip", "-brief", "link"),
            "addresses: " + Output("ip", "-brief", "address"),
            "rules: " + Output("nft", "list", "ruleset"),
            .. Sysctls.Where(File.Exists).Select(path => path + ": " + File.ReadAllText(path).Trim()),
        ]);

    internal static string ConntrackMax => File.ReadAllText(Sysctls[0]).Trim();

    internal static string Output(string command, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
