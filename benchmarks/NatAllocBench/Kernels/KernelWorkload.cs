using NatAllocBench.LiveKernel;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Kernels;

/// <summary>A workload of the race as the live kernel can run it: name in options and tables, and its cells.</summary>
/// <param name="Name">Name.</param>
/// <param name="Summary">What it does, for the help text and the notes.</param>
/// <param name="Cells">Its cells for modes, range sizes and a protocol.</param>
internal sealed record KernelWorkload(
    string Name, string Summary, Func<IReadOnlyList<PortMode>, IReadOnlyList<int>, LiveProtocol, IEnumerable<LiveCell>> Cells)
{
    /// <summary>The name of the workload that gives the run its <see cref="RunRecord.Pace"/>.</summary>
    public const string Pace = "pace";

    private const double OffsetNs = 2000;

    public static IReadOnlyList<KernelWorkload> All { get; } =
    [
        new(
            Pace,
            "what a packet takes: one sender and two as fast as they can, and pairs that contest one port, which give the window",
            (_, _, protocol) => PaceCalibration.Cells(protocol)),
        new(
            "closed",
            "all connections to one destination as fast as the kernel takes them, from one sender and from two",
            (modes, _, protocol) =>
                from senders in new[] { 1, 2 }
                from mode in modes
                select ComparisonCells.Saturated(mode, senders, protocol)),
        new(
            "lockstep",
            "two senders meet and open one connection each to the same destination, at offsets of 0 to 2 us",
            (modes, ranges, protocol) =>
                from range in ranges
                from mode in modes
                select ComparisonCells.Race(range, mode, protocol, range > 1024 ? 65_536 : 10_000, OffsetNs)),
        new(
            "exhaustion",
            "200 connections into 100 ports, from one sender and from two",
            (modes, _, protocol) =>
                from senders in new[] { 1, 2 }
                from mode in modes
                select ComparisonCells.Exhaustion(protocol, mode, senders)),
        new(
            "same-tuple",
            "two UDP senders send the same tuple at the same time, with one backend and with two",
            (modes, _, _) =>
                from twoBackends in new[] { false, true }
                from mode in modes
                select ComparisonCells.SameTuple(
                    new NatRule { Protocol = LiveProtocol.Udp, Mode = mode, TwoBackends = twoBackends }, OffsetNs)),
    ];
}
