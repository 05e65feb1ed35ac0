using System.IO.Compression;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// Reads the build options of the running kernel where they are published, to name the missing one when a set-up step fails.
/// </summary>
internal static class KernelConfig
{
    /// <summary>Every option the set-up relies on.</summary>
    public static IReadOnlyList<string> Needed { get; } =
    [
        "CONFIG_NET_NS", "CONFIG_VETH", "CONFIG_NF_CONNTRACK", "CONFIG_NF_NAT", "CONFIG_NF_TABLES", "CONFIG_NFT_NAT", "CONFIG_NFT_MASQ",
        "CONFIG_NFT_NUMGEN", "CONFIG_NFT_CT", "CONFIG_NF_CT_NETLINK",
    ];

    /// <summary>The needed options that the text of a kernel configuration does not set to y or m.</summary>
    public static IReadOnlyList<string> MissingFrom(string configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var set = configuration.Split('\n').Select(line => line.Trim())
            .Where(line => line.EndsWith("=y", StringComparison.Ordinal) || line.EndsWith("=m", StringComparison.Ordinal))
            .Select(line => line[..^2]).ToHashSet(StringComparer.Ordinal);
        return [.. Needed.Where(option => !set.Contains(option))];
    }

    /// <summary>The configuration of the running kernel from /proc/config.gz or /boot; null when neither is there.</summary>
    public static string? ReadRunning()
    {
        const string Compressed = "/proc/config.gz";
        if (File.Exists(Compressed))
        {
            using var gzip = new GZipStream(File.OpenRead(Compressed), CompressionMode.Decompress);
            using var reader = new StreamReader(gzip);
            return reader.ReadToEnd();
        }

        string plain = "/boot/config-" + Release();
        return File.Exists(plain) ? File.ReadAllText(plain) : null;
    }

    /// <summary>The release of the running kernel, as <c>uname -r</c> prints it.</summary>
    public static string Release() => File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
}
