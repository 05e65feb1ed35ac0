using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Tables;

/// <summary>
/// What the fast designs are to reach, each as a ratio of rates in one run, and what the published runs reached: by medians over
/// processes, with the best rounds beside them. Where a ratio is to the best of several, it is to the fastest of those that were measured.
/// A verdict is "within the spread" where the bound lies between the least and the greatest ratio that the two intervals allow.
/// </summary>
internal static class SpeedTargets
{
    private const string Batched = "batched";
    private const string LockFree = "lock-free";
    private const string CTable = "c-kernel-siphash";
    private const string Sides = "targets";
    private const string Growth = "growth";
    private const string Before = "against-commit";
    private const long Small = 20_000;
    private const long Million = 1_000_000;
    private const long TenMillion = 10_000_000;

    private static readonly string[] KeyedPeers =
        [CTable, "boost-siphash", "urcu-siphash", "tbb-siphash", "dpdk-siphash", "dpdk-bulk-siphash"];

    private static readonly SpeedTarget[] All =
    [
        new("batched : batched before the short path (SipHash)", Before, 2.2, 1.9, RateOf(Batched, Small), RateOf($"{Batched}@", Small)),
        new("lock-free : lock-free before the short path (SipHash)", Before, 1.8, 1.6,
            RateOf(LockFree, Small), RateOf($"{LockFree}@", Small)),
        new("kernel-locks : the C table of the same era (SipHash)", Sides, 1, 1, RateOf("kernel-locks", Small), RateOf(CTable, Small)),
        new("batched : the C table of the same era (SipHash)", Sides, 3.6, 3.2, RateOf(Batched, Small), RateOf(CTable, Small)),
        new("batched : Boost (wyhash)", Sides, 1.3, 1.8, RateOf(Batched, Small), RateOf("boost-wyhash", Small)),
        new("batched : liburcu (wyhash)", Sides, 1.3, 1.8, RateOf(Batched, Small), RateOf("urcu-wyhash", Small)),
        new("batched : the best native peer with SipHash", Sides, 2.5, 2.8, RateOf(Batched, Small), RateOf(KeyedPeers, Small)),
        new("batched : DPDK bulk at 1M (the faster of CRC32C and SipHash)", "bulk", 1.5, 1.8, RateOf(Batched, Million),
            RateOf(["dpdk-bulk-crc32c", "dpdk-bulk-siphash"], Million)),
        new("batched : ConcurrentDictionary (HashCode.Combine)", Sides, 5.5, 5,
            RateOf(Batched, Small), RateOf("ConcurrentDictionary", Small)),
        new("batched : the floor (SipHash), in time", Sides, 2.4, 2.8, RateOf("floor", Small), RateOf(Batched, Small)) { IsAtMost = true },
        new("batched at 1M : itself at 20k, in time", Growth, 1.9, 1.9, RateOf(Batched, Small), RateOf(Batched, Million))
        {
            IsAtMost = true,
        },
        new("batched at 10M : itself at 20k, in time", Growth, 3.2, 3.2, RateOf(Batched, Small), RateOf(Batched, TenMillion))
        {
            IsAtMost = true,
        },
        new("bytes for an IPv4 connection at 10M", Growth, 96, null, BytesOf(Batched, TenMillion), null) { IsAtMost = true },
    ];

    /// <summary>Names of the runs that the targets are measured in.</summary>
    public static IReadOnlyList<string> Runs { get; } = [.. All.Select(target => target.Run).Distinct()];

    /// <summary>The table.</summary>
    /// <param name="cells">The cells of a run by its name; null where none is published.</param>
    public static ResultTable Build(Func<string, IReadOnlyList<ThroughputCell>?> cells)
    {
        SpeedTarget.Row[] rows =
        [
            .. from target in All
               from threads in (int[])[1, 2]
               where target.BoundFor(threads) is not null
               select target.RowFor(threads, cells(target.Run)),
        ];
        return new ResultTable(
            "targets",
            "",
            [
                new("ratio", IsNumber: false), new("threads", IsNumber: true), new("target", IsNumber: true),
                new("reached", IsNumber: true), new("best rounds", IsNumber: true),
                new("rounds (processes)", IsNumber: true), new("result", IsNumber: false),
            ],
            [.. rows.Select(row => (string[])[row.Ratio, row.Threads, row.Target, row.Reached, row.Best, row.Rounds, row.Result])])
        {
            KeyColumns = 2,
        };
    }

    private static SpeedTarget.Side RateOf(string design, long connections) => RateOf([design], connections);

    private static SpeedTarget.Side RateOf(string[] designs, long connections) => new(
        designs, connections,
        cell => new(cell.ConnectionsPerSecond, cell.ConnectionsPerSecondLow, cell.ConnectionsPerSecondHigh, cell.Best));

    private static SpeedTarget.Side BytesOf(string design, long connections) =>
        new([design], connections, cell => new(cell.BytesPerConnection, Low: null, High: null, Best: null));
}
