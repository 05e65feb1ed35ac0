using System.Globalization;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Reports.Comparison;

/// <summary>What the machine did while a cell was measured. Speeds of unlike circumstances get no verdict.</summary>
/// <param name="PingPongNs">Round trip of a cache line between the workers, ns; null for one worker.</param>
/// <param name="ReferenceNs">Time of the fixed reference loop, ns.</param>
/// <param name="StolenShare">Mean share of the CPUs' time that the hypervisor took, 0 to 1.</param>
internal sealed record Circumstances(double? PingPongNs, double? ReferenceNs, double? StolenShare)
{
    public static Circumstances Of(RaceCell cell) =>
        new(cell.Cpus > 1 ? cell.PingPongNs : null, cell.ReferenceNs, Mean(cell.PerTrial?.Overlap?.StolenShare));

    public static Circumstances Of(ThroughputCell cell) =>
        new(cell.Threads > 1 ? cell.PingPongNs : null, cell.ReferenceNs, Mean(cell.PerRound?.StolenShare));

    /// <summary>The comparison of speeds as it may be told: without a verdict where the machine was another one.</summary>
    public static CellComparison Gate(CellComparison comparison, Circumstances first, Circumstances second) =>
        WhyNot(first, second) is { } why ? comparison with { Verdict = Verdict.Undecided, Remark = why, WorseByChance = null } : comparison;

    /// <summary>Whether speeds that were measured in both may be compared.</summary>
    public static bool AreAlike(Circumstances first, Circumstances second) => WhyNot(first, second) is null;

    private static string? WhyNot(Circumstances first, Circumstances second) =>
        first.PingPongNs is > 0 and { } a && second.PingPongNs is > 0 and { } b && !PlacementClass.HoldsBoth(a, b)
            ? $"CPUs placed differently: ping-pong {Figures.Significant(a)} and {Figures.Significant(b)} ns"
        : first.ReferenceNs is > 0 and { } from && second.ReferenceNs is > 0 and { } to && !MachineSpeed.IsOne(from, to)
            ? $"the machine ran at another speed: reference loop {Figures.Significant(from)} and {Figures.Significant(to)} ns"
        : Math.Max(first.StolenShare ?? 0, second.StolenShare ?? 0) is var stolen and > MachineSpeed.MostStolen
            ? string.Create(CultureInfo.InvariantCulture, $"the hypervisor took {stolen * 100:0.#} % of the CPUs' time")
        : null;

    private static double? Mean(IReadOnlyList<double>? values) => values is { Count: > 0 } ? values.Average() : null;
}
