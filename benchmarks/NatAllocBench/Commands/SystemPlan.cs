using System.Globalization;
using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Format;
using NatAllocBench.Running;
using NatAllocBench.Systems;

namespace NatAllocBench.Commands;

/// <summary>What <c>race --system</c> asks for: every combination of the listed values.</summary>
internal static class SystemPlan
{
    private const string OwnPorts = "own";

    /// <summary>The cells, in the order in which a table reads well.</summary>
    /// <param name="known">The systems there are.</param>
    /// <param name="preset">The workloads.</param>
    /// <param name="systems">The systems' names.</param>
    /// <param name="cpus">Workers.</param>
    /// <exception cref="UsageException">A name is unknown, or a value is impossible.</exception>
    public static IReadOnlyList<SystemCell> Cells(AllocatorSet known, PresetFile preset, string systems, int cpus)
    {
        IReadOnlyList<AllocatorSystem> chosen = Named(known, systems);
        foreach (string mode in preset.Series.SelectMany(series => series.Modes ?? []))
        {
            if (!known.Modes.Contains(mode))
            {
                throw new UsageException($"--modes {mode}: no system has it; choose from {string.Join(", ", known.Modes)}");
            }
        }

        SystemCellPlan[] plans = [.. preset.Series.SelectMany(series => Plans(series, chosen)).Distinct().Take(RunFormat.MaxCells + 1)];
        return plans.Length <= RunFormat.MaxCells
            ? [.. plans.Select(plan => new SystemCell(plan, cpus, preset.Name))]
            : throw new UsageException(string.Create(
                CultureInfo.InvariantCulture, $"more than the {RunFormat.MaxCells:N0} cells that a run may have: shorten a list"));
    }

    /// <summary>The systems of a list of names.</summary>
    /// <exception cref="UsageException">One is unknown.</exception>
    public static IReadOnlyList<AllocatorSystem> Named(AllocatorSet known, string systems) => systems == "all"
        ? [.. known.Systems.Where(system => system.Racers.Count > 0)]
        : [.. OptionList.Split("--system", systems).Select(name => Find(known, name))];

    private static AllocatorSystem Find(AllocatorSet known, string name) => known.Systems.FirstOrDefault(system => system.Name == name)
        ?? throw new UsageException(
            $"--system {name}: unknown; choose from {string.Join(", ", known.Systems.Select(system => system.Name))}, or write all");

    private static IEnumerable<SystemCellPlan> Plans(PresetSeries series, IReadOnlyList<AllocatorSystem> systems) =>
        from arrival in series.Arrival ?? []
        from window in series.Window ?? []
        from occupancy in series.Occupancy ?? [0]
        from pool in series.Pool ?? [1]
        from destinations in series.Destinations ?? [1]
        from clients in series.Clients ?? [40]
        from ports in series.Ports ?? [OwnPorts]
        from system in systems
        from mode in series.Modes ?? [RacedSystem.DefaultMode]
        select new SystemCellPlan(series.Name, system, mode, RangeOf(system, ports), new SystemWorkload
        {
            Clients = clients,
            Destinations = destinations,
            Pool = pool,
            Occupancy = occupancy,
            WindowNs = UsageException.Parse("--window", window, Duration.ParseNanoseconds),
            Arrival = UsageException.Parse("--arrival", arrival, Arrival.Parse),
            SourcePorts = Choice(series.SourcePorts ?? "kernel"),
            Connections = series.Connections ?? 10_000,
        });

    private static SourcePortChoice Choice(string text) =>
        Enum.TryParse(text, ignoreCase: true, out SourcePortChoice choice) && Enum.IsDefined(choice) && !char.IsDigit(text[0])
            ? choice
            : throw new UsageException($"--source-ports {text}: use kernel, shared or fixed");

    private static PortRange RangeOf(AllocatorSystem system, string ports)
    {
        if (ports == OwnPorts)
        {
            return system.DefaultRange;
        }

        string[] parts = ports.Split('-');
        return parts.Length == 2
            && ushort.TryParse(parts[0], CultureInfo.InvariantCulture, out ushort first)
            && ushort.TryParse(parts[1], CultureInfo.InvariantCulture, out ushort last)
            && first is > 0 && first <= last
            ? new PortRange(first, last)
            : throw new UsageException(
                $"--ports {ports}: write own, or two ports from 1 to 65535, the lower first, for example 1024-65535");
    }
}
