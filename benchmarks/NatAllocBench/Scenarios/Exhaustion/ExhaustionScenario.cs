using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Scenarios.Exhaustion;

/// <summary>How the allocator fares while the ports run out.</summary>
internal sealed class ExhaustionScenario : IScenario
{
    private const int Starts = 1_000;

    /// <summary>A power of two: every port is as likely a start as any other.</summary>
    private const int UnbiasedPorts = 32_768;

    private static readonly double[] Occupancies = [0, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999];
    private static readonly double[] RaceOccupancies = [0, 0.25, 0.5, 0.75, 0.9, 0.95];

    private static readonly double[] EphemeralOccupancies = [0.8, 0.85, 0.88, 0.9, 0.92];

    private static readonly (string Era, RaceMode Mode)[] Searches =
    [
        ("4.14", RaceMode.Default),
        ("4.14", RaceMode.Random),
        ("4.14", RaceMode.RandomFully),
        ("5.10", RaceMode.Default),
        ("5.10", RaceMode.RandomFully),
    ];

    /// <summary>Found per connection as measured on live kernels (4.13.9, 6.1.0, 6.12.107, 6.18.44), one CPU.</summary>
    private static readonly (string Era, RaceMode Mode, IPProtocol Protocol, double? Kernel)[] Overfilled =
    [
        ("4.14", RaceMode.Default, IPProtocol.Tcp, 50.0),
        ("4.14", RaceMode.Random, IPProtocol.Tcp, 74.3),
        ("4.14", RaceMode.RandomFully, IPProtocol.Tcp, 52.7),
        ("4.14", RaceMode.RandomFully, IPProtocol.Udp, 52.3),
        ("4.14-lts", RaceMode.Default, IPProtocol.Tcp, null),
        ("6.1", RaceMode.Default, IPProtocol.Tcp, 52.4),
        ("6.1", RaceMode.RandomFully, IPProtocol.Udp, 52.6),
        ("6.12", RaceMode.Default, IPProtocol.Tcp, 37.0),
        ("6.12", RaceMode.RandomFully, IPProtocol.Udp, 53.2),
        ("6.18", RaceMode.Default, IPProtocol.Tcp, 36.7),
        ("6.18", RaceMode.Random, IPProtocol.Tcp, 36.8),
        ("6.18", RaceMode.Default, IPProtocol.Udp, 52.9),
    ];

    public string Name => "exhaustion";

    public string Summary => "What a search costs, and how often it fails, while the ports of one address and destination run out.";

    public IReadOnlyList<string> Notes { get; } =
    [
        "64512 ports of one NAT address towards one destination. A search is undone after it is counted, so that the occupancy stays.",
        "By the allocator: connections in the row's mode filled the table, from clients with ephemeral ports. In default mode a new "
            + "client's own port is taken.",
        "The 16-bit start offset makes 1024 of the 64512 ports twice as likely. Above half load they overflow, and the block of taken "
            + "ports that grows after them makes a table that filled itself worse than the law, which assumes equally likely ports. "
            + "A range of 32768 ports has no such bias.",
        "At 90 % and above the search gives up after 248 attempts, and the laws of the unlimited scan no longer hold; nor does that of the "
            + "losers, which assumes equally likely ports, where few ports are left.",
        "The rover of 4.14 is shared by all destinations and may be anywhere when a search begins.",
        "Ephemeral ports against one client port: an ephemeral port is kept where it is free, so that the clients' part of the range "
            + "(32768 and above) fills up long before the rest; a search that starts there gives up. 'times as often' is the ratio of "
            + "the two shares that fail.",
        "Found on a real kernel: measured once on live kernels 4.13.9, 6.1.0, 6.12.107 and 6.18.44, 5 to 7 repetitions of 20 ranges.",
    ];

    public IEnumerable<ScenarioCell> Run(ScenarioContext context)
    {
        foreach ((string era, RaceMode mode, IPProtocol protocol, double? kernel) in Overfilled)
        {
            yield return EraExperiment.Run(era, new OverfilledRange(mode, protocol, kernel, context.Seed));
        }

        foreach (FillKind fill in (FillKind[])[FillKind.Random, FillKind.Self, FillKind.Block])
        {
            foreach ((string era, RaceMode mode) in Searches)
            {
                foreach (double occupancy in Occupancies.Where(occupancy => CanFill(era, mode, fill, occupancy)))
                {
                    yield return EraExperiment.Run(era, new OccupancyCurve(mode, fill, occupancy, context.Seed));
                }
            }
        }

        foreach (double occupancy in EphemeralOccupancies)
        {
            yield return EraExperiment.Run("6.1", new EphemeralFill(occupancy, context.Seed));
        }

        foreach (ScenarioCell cell in Races(context))
        {
            yield return cell;
        }
    }

    /// <summary>
    /// A constant start makes sense with what it filled only, which is never all ports: those after the wrap of its offset it never
    /// tries. Whole scans from random starts would take minutes to fill the last ports.
    /// </summary>
    private static bool CanFill(string era, RaceMode mode, FillKind fill, double occupancy) =>
        era != "4.14" || mode == RaceMode.Default || (fill == FillKind.Self
            ? occupancy <= 0.95
            : mode == RaceMode.RandomFully);

    private static IEnumerable<ScenarioCell> Races(ScenarioContext context)
    {
        foreach ((string era, RaceMode mode) in ((string, RaceMode)[])
            [("4.14", RaceMode.Default), ("4.14", RaceMode.Random), ("5.10", RaceMode.Default)])
        {
            yield return EraExperiment.Run(
                era, new SimultaneousSearches(mode, FillKind.Self, 0, RaceWorkload.AllPorts, Starts, context.Seed));
        }

        foreach (int ports in (int[])[RaceWorkload.AllPorts, UnbiasedPorts])
        {
            foreach (FillKind fill in (FillKind[])[FillKind.Random, FillKind.Self])
            {
                foreach (double occupancy in RaceOccupancies)
                {
                    yield return EraExperiment.Run(
                        "5.10", new SimultaneousSearches(RaceMode.RandomFully, fill, occupancy, ports, Starts, context.Seed));
                }
            }
        }
    }
}
