namespace NatAllocBench.Platform.Clocks;

/// <summary>Decides whether ticks of the time stamp counter may be compared between CPUs and over time.</summary>
internal static class TscTrust
{
    /// <summary>The reason not to use the counter, or null when it ticks evenly and alike on every CPU.</summary>
    /// <param name="cpuFlags">The flags line of /proc/cpuinfo.</param>
    /// <param name="clockSource">The kernel's current clock source.</param>
    internal static string? WhyNot(string cpuFlags, string clockSource)
    {
        string[] flags = cpuFlags.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        foreach (string needed in (ReadOnlySpan<string>)["constant_tsc", "nonstop_tsc"])
        {
            if (!flags.Contains(needed))
            {
                return $"the CPU does not promise {needed}";
            }
        }

        // The kernel falls back to a slow source once it has seen the counters of two CPUs disagree. The guests'
        // sources are computed from the counter, so they vouch for it as tsc itself does.
        return clockSource is "tsc" or "kvm-clock" or "hyperv_clocksource_tsc_page" or "xen"
            ? null
            : $"the kernel itself uses {clockSource} instead of the time stamp counter";
    }
}
