#pragma warning disable CS1591
namespace NatAllocBench.Netfilter.Views;

public struct CpuStatistics
{
    public ulong Entries, Found, Invalid, Insert, InsertFailed, Drop, EarlyDrop, SearchRestart, ClashResolve, ChainTooLong;
}

public enum StatisticsFormat { V2_6_32, V2_6_35, V4_9, V5_10, V5_15 }
