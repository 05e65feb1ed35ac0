using NatAllocBench.Netfilter.Eras;

namespace NatAllocBench.Netfilter.Views;

/// <summary>Which format a kernel prints.</summary>
public static class StatisticsFormats
{
    /// <summary>The form of <c>conntrack -S</c> lines.</summary>
    /// <param name="version">The kernel; those before 3.13 were not read and are given its form.</param>
    /// <returns>The generation.</returns>
    public static CommandStatisticsFormat ForCommand(KernelVersion version)
    {
        if (version < new KernelVersion(4, 9))
        {
            return CommandStatisticsFormat.V3_13;
        }

        if (version < new KernelVersion(5, 10))
        {
            return CommandStatisticsFormat.V4_9;
        }

        return version < new KernelVersion(5, 15) ? CommandStatisticsFormat.V5_10 : CommandStatisticsFormat.V5_15;
    }
}
