using System.Runtime.InteropServices;
using NatAllocBench.Netfilter.Views;

namespace NatAllocBench.Racing.Race;

/// <summary>Sums and differences of the kernel's counters, counter by counter.</summary>
internal static class CounterArithmetic
{
    /// <summary>What was counted since an earlier reading of the same CPU.</summary>
    /// <param name="now">The later reading.</param>
    /// <param name="before">The earlier one.</param>
    public static CpuStatistics Since(this CpuStatistics now, CpuStatistics before)
    {
        Span<ulong> difference = Counters(ref now);
        ReadOnlySpan<ulong> subtrahend = Counters(ref before);
        for (int i = 0; i < difference.Length; i++)
        {
            difference[i] -= subtrahend[i];
        }

        return now;
    }

    /// <summary>The sum of two readings.</summary>
    /// <param name="left">One reading.</param>
    /// <param name="right">Another.</param>
    public static CpuStatistics Plus(this CpuStatistics left, CpuStatistics right)
    {
        Span<ulong> sum = Counters(ref left);
        ReadOnlySpan<ulong> summand = Counters(ref right);
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] += summand[i];
        }

        return left;
    }

    // The structure holds nothing but counters of one width.
    private static Span<ulong> Counters(ref CpuStatistics statistics) =>
        MemoryMarshal.Cast<CpuStatistics, ulong>(new Span<CpuStatistics>(ref statistics));
}
