using System.Globalization;
using NatAllocBench.LiveKernel.Interop;

namespace NatAllocBench.LiveKernel;

/// <summary>Checks what the live kernel runs need, cheapest first, and names the first thing that is missing.</summary>
public static class LiveRequirements
{
    private static readonly (int Bit, string Name)[] NeededCapabilities =
    [
        (12, "CAP_NET_ADMIN"), (13, "CAP_NET_RAW"), (21, "CAP_SYS_ADMIN"),
    ];

    /// <summary>Null when everything is there, else the line to print.</summary>
    public static string? WhyUnavailable()
    {
        try
        {
            Require();
            return null;
        }
        catch (LiveKernelUnavailableException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>Checks operating system, user, capabilities, tools and, where it is published, the kernel configuration.</summary>
    /// <exception cref="LiveKernelUnavailableException">Something is missing; the message names it and the fix.</exception>
    public static void Require()
    {
        RequireRootOnLinux();
        _ = ToolRunner.Require(Tool.Ip);
        _ = ToolRunner.Require(Tool.Nft);
        if (KernelConfig.ReadRunning() is { } configuration && KernelConfig.MissingFrom(configuration) is { Count: > 0 } missing)
        {
            throw new LiveKernelUnavailableException(
                $"the running kernel {KernelConfig.Release()} is built without {string.Join(", ", missing)}: boot one that has them.");
        }
    }

    /// <summary>Checks operating system, user and capabilities only.</summary>
    /// <exception cref="LiveKernelUnavailableException">Not Linux, not root, or root without a needed capability.</exception>
    public static void RequireRootOnLinux()
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
        {
            throw new LiveKernelUnavailableException("the live kernel runs need 64-bit Linux: this system has no netfilter to measure.");
        }

        if (Libc.GetEffectiveUserId() != 0)
        {
            throw new LiveKernelUnavailableException(
                "the live kernel runs need root (network namespaces, raw sockets): run the command with sudo.");
        }

        string[] missing = [.. MissingCapabilities(File.ReadAllText("/proc/self/status"))];
        if (missing.Length > 0)
        {
            throw new LiveKernelUnavailableException(
                $"root lacks {string.Join(", ", missing)}: grant it, for a container with --cap-add or --privileged.");
        }
    }

    /// <summary>The capabilities that the CapEff line of a /proc/PID/status text does not have.</summary>
    public static IEnumerable<string> MissingCapabilities(string status)
    {
        ArgumentNullException.ThrowIfNull(status);
        string line = status.Split('\n').FirstOrDefault(text => text.StartsWith("CapEff:", StringComparison.Ordinal)) ?? "CapEff: 0";
        ulong effective = ulong.Parse(line.AsSpan("CapEff:".Length).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return NeededCapabilities.Where(capability => (effective >> capability.Bit & 1) == 0).Select(capability => capability.Name);
    }
}
