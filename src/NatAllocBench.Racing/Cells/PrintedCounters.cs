using NatAllocBench.Netfilter.Views;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Racing.Cells;

/// <summary>Turns the model's counters into those of a run.</summary>
internal static class PrintedCounters
{
    /// <summary>The counters that a kernel prints; the others are null.</summary>
    /// <param name="counted">The model's counters of a CPU.</param>
    /// <param name="format">What the kernel of the era prints.</param>
    public static CpuCounters Of(CpuStatistics counted, CommandStatisticsFormat format)
    {
        bool full = format == CommandStatisticsFormat.V3_13;
        return new CpuCounters
        {
            Searched = Where(full, counted.Searched),
            Found = (long)counted.Found,
            New = Where(full, counted.New),
            Invalid = (long)counted.Invalid,
            Ignore = Where(format <= CommandStatisticsFormat.V4_9, counted.Ignore),
            Delete = Where(full, counted.Delete),
            DeleteList = Where(full, counted.DeleteList),
            Insert = (long)counted.Insert,
            InsertFailed = (long)counted.InsertFailed,
            Drop = (long)counted.Drop,
            EarlyDrop = (long)counted.EarlyDrop,
            Error = (long)counted.Error,
            SearchRestart = (long)counted.SearchRestart,
            ClashResolve = Where(format >= CommandStatisticsFormat.V5_10, counted.ClashResolve),
            ChainTooLong = Where(format >= CommandStatisticsFormat.V5_15, counted.ChainTooLong),
        };
    }

    private static long? Where(bool printed, ulong counter) => printed ? (long)counter : null;
}
