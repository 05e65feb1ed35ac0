using System.Globalization;
using NatAllocBench.Platform.Cpus;

namespace NatAllocBench.Calibrating;

/// <summary>What the processes of a pair measure: a closed race with and without failures to speak of, and two designs on one and two threads.</summary>
/// <param name="Cpus">The CPUs.</param>
/// <param name="Processes">Processes of each side.</param>
/// <param name="SecondsOfProcess">Seconds that each of them measures.</param>
/// <param name="Seed">The first seed.</param>
internal sealed record PairPlan(CpuSet Cpus, int Processes, double SecondsOfProcess, ulong Seed)
{
    /// <summary>The arguments of a process that races.</summary>
    public IReadOnlyList<string> Race(int index) =>
    [
        "race", "--preset", "quick", "--eras", "4.14,6.12", "--modes", "default", "--arrival", "closed", "--window", "500ns", "--path-time", "0",
        "--source-ports", "shared", "--precision", "0.001", .. Common(index),
    ];

    /// <summary>The arguments of a process that measures throughput.</summary>
    public IReadOnlyList<string> Throughput(int index) =>
    [
        "throughput", "--designs", "kernel-locks,batched", "--threads", Cpus.Count > 1 ? "1,2" : "1", "--connections", "20k", "--rounds", "3",
        .. Common(index),
    ];

    /// <summary>Whether a process belongs to the first side: A B B A, so that a drift of the machine falls on both alike.</summary>
    public static bool IsFirst(int index) => index % 4 is 0 or 3;

    private IEnumerable<string> Common(int index) =>
    [
        "--seconds", SecondsOfProcess.ToString(CultureInfo.InvariantCulture),
        "--seed", unchecked(Seed + (ulong)index).ToString(CultureInfo.InvariantCulture),
        "--cpus", string.Join(',', Cpus.Cpus.Select(cpu => FormattableString.Invariant($"{cpu}-{cpu}"))),
    ];
}
