using System.Runtime.InteropServices;
using NatAllocBench.Platform.Interop;

namespace NatAllocBench.Platform.Clocks;

/// <summary>
/// The time stamp counter of an x64 CPU under Linux. .NET has no intrinsic for it, so a page of executable memory
/// holds the five instructions that read it; the page lives as long as the process.
/// </summary>
internal static class TscPage
{
    // rdtsc; shl rdx, 32; or rax, rdx; ret
    private static ReadOnlySpan<byte> Code => [0x0F, 0x31, 0x48, 0xC1, 0xE2, 0x20, 0x48, 0x09, 0xD0, 0xC3];

    /// <summary>The address of a function without arguments that returns the counter, or 0 with the reason.</summary>
    internal static nint TryCreate(out string? why)
    {
        why = WhyNotTrusted();
        return why is null ? CodePage.TryCreate(Code, out why) : 0;
    }

    private static string? WhyNotTrusted()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return "the time stamp counter is read on x64 Linux only";
        }

        try
        {
            string? flags = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal));
            string source = File.ReadAllText("/sys/devices/system/clocksource/clocksource0/current_clocksource").Trim();
            return TscTrust.WhyNot(flags ?? "", source);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"cannot tell whether the time stamp counter is steady: {e.Message}";
        }
    }
}
