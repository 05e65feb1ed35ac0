using NatAllocBench.LiveKernel;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Kernels;

/// <summary>A workload of the race as the live kernel can run it: name in options and tables, and its cells.</summary>
/// <param name="Summary">What it does, for the help text and the notes.</param>
/// <param name="Cells">Its cells for what the user chose and an era.</param>
internal sealed record KernelWorkload(string Name, string Summary, Func<KernelChoice, string, IEnumerable<IKernelCell>> Cells)
{
    /// <summary>The name of the workload that gives the run its <see cref="RunRecord.Pace"/>.</summary>
    public const string Pace = KernelPace.Series;

    private const double OffsetNs = 2000;
    private const double SpreadPerClientNs = 8000;
    private const int PoissonClients = 40;
    private const int FillPackets = 100_000;

    private static readonly int[] Clients = [10, 20, 40, 80];

    /// <summary>Whether it runs only where it is named: what the others show is quicker to have.</summary>
    public bool OnRequest { get; private init; }

    /// <summary>What runs where no workload is named.</summary>
    public static IReadOnlyList<KernelWorkload> Usual => [.. All.Where(workload => !workload.OnRequest)];

    public static IReadOnlyList<KernelWorkload> All { get; } =
    [
        Packets(
            Pace,
            "what a packet takes: one sender and two as fast as they can, and pairs that contest one port, which give the window",
            choice => PaceCalibration.Cells(choice.Protocol)),
        Packets(
            "closed",
            "all connections to one destination as fast as the kernel takes them, from one sender and from two",
            choice =>
                from fill in choice.Fills
                from senders in new[] { 1, 2 }
                from mode in choice.Modes
                select ComparisonCells.Saturated(mode, senders, choice.Protocol, fill: fill)),
        Packets(
            "lockstep",
            "two senders meet and open one connection each to the same destination, at offsets of 0 to 2 us",
            choice =>
                from fill in choice.Fills
                from range in choice.Ranges
                from mode in choice.Modes
                select ComparisonCells.Race(range, mode, choice.Protocol, PairsFor(range, fill), OffsetNs, fill)),
        Packets(
            "bursts",
            "two senders meet, and their clients send one connection each from the same source port, back to back, at offsets of 0 to 10 "
                + "us",
            choice =>
                from fill in choice.Fills
                from clients in Clients
                from mode in choice.Modes
                select ArrivalCells.Bursts(clients, mode, choice.Protocol, fill, PaceCalibration.OffsetNs)) with { OnRequest = true },
        Packets(
            "tick",
            "two senders meet, and their clients send one packet each from the same source port, after exponential delays of 8 us per "
                + "client",
            choice =>
                from fill in choice.Fills
                from clients in Clients
                from mode in choice.Modes
                select ArrivalCells.Tick(clients, mode, choice.Protocol, fill, SpreadPerClientNs * clients)) with { OnRequest = true },
        Packets(
            "poisson",
            "independent connections of 40 clients with one sequence of source ports, at 10,000 and 100,000 connections/s",
            choice =>
                from fill in choice.Fills
                from perSecond in new[] { 10_000, 100_000 }
                from mode in choice.Modes
                select ArrivalCells.Poisson(PoissonClients, mode, choice.Protocol, fill, perSecond)) with { OnRequest = true },
        Packets(
            "exhaustion",
            "200 connections into 100 ports, from one sender and from two",
            choice =>
                from senders in new[] { 1, 2 }
                from mode in choice.Modes
                select ComparisonCells.Exhaustion(choice.Protocol, mode, senders)),
        Packets(
            "same-tuple",
            "two UDP senders send the same tuple at the same time, with one backend and with two",
            choice =>
                from twoBackends in new[] { false, true }
                from mode in choice.Modes
                select ComparisonCells.SameTuple(
                    new NatRule { Protocol = LiveProtocol.Udp, Mode = mode, TwoBackends = twoBackends }, OffsetNs)),
        new(
            "connect",
            "real TCP clients: 40 addresses call connect() on a shared tick, half of them on each CPU; rates are per SYN at the NAT",
            ConnectCells)
        {
            OnRequest = true,
        },
    ];

    private static KernelWorkload Packets(string name, string summary, Func<KernelChoice, IEnumerable<LiveCell>> cells) =>
        new(name, summary, (choice, era) => cells(choice).Select(cell => new KernelCell(name, cell, era)));

    private static IEnumerable<IKernelCell> ConnectCells(KernelChoice choice, string era) =>
        from frontEnd in new[] { RuleFrontEnd.Nftables, RuleFrontEnd.Iptables }
        from ports in choice.SourcePorts
        from mode in choice.Modes
        select new ConnectCell(
            "connect", new ConnectPlan { Rule = new NatRule { Mode = mode, FrontEnd = frontEnd }, Ports = ports }, era);

    /// <summary>More pairs where collisions are rare; with a fill, as many as the fill's packets and the table allow.</summary>
    private static int PairsFor(int range, double fill)
    {
        int pairs = range > 1024 ? 65_536 : 10_000;
        return fill == 0 ? pairs : Math.Max(range / 20, Math.Min(pairs, (int)(FillPackets / (20 * fill))));
    }
}
