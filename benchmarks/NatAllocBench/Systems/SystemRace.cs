using System.Globalization;
using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Commands;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Statistics;
using NatAllocBench.Running;

namespace NatAllocBench.Systems;

/// <summary>A race of other systems' allocators: <c>race --system ovs-3.3,vpp-26.06</c>. Trials of all cells are interleaved.</summary>
internal sealed class SystemRace(PresetSeries series, string systems, CpuSet cpus, RaceLimits limits, ulong seed)
{
    private static readonly string[] Header =
        ["system", "ports", "clients", "destinations", "occupancy", "window", "arrival", "trials", "lost", "refused", "probes", "million/s"];

    private readonly List<Cell> _cells = Plan(series, systems);

    /// <summary>Measures and writes the table.</summary>
    /// <returns>Whether every cell was measured.</returns>
    public bool Run(TextWriter output, CancellationToken cancellation)
    {
        List<Cell> measurable = _cells.FindAll(cell => cell.Missing is null);
        if (measurable.Count == 0)
        {
            throw new UsageException($"nothing can be measured: {_cells[0].System.Name}: {_cells[0].Missing}");
        }

        var clock = System.Diagnostics.Stopwatch.StartNew();
        var random = new Random(unchecked((int)seed));
        bool isLate = false;
        for (int pass = 0; pass < limits.MinTrials && !isLate && !cancellation.IsCancellationRequested; pass++)
        {
            foreach (Cell cell in measurable.OrderBy(_ => random.Next()))
            {
                isLate = clock.Elapsed.TotalSeconds > limits.Seconds && pass > 0;
                ulong trialSeed = seed + (ulong)pass;
                if (!isLate && SystemTrial.Run(cell.System.Racer!, cell.Range, cell.Workload, cpus.Cpus, trialSeed, cancellation) is { } result)
                {
                    cell.Results.Add(result);
                }
            }
        }

        output.WriteLine("| " + string.Join(" | ", Header) + " |");
        output.WriteLine("|" + string.Concat(Enumerable.Repeat(" --- |", Header.Length)));
        _cells.ForEach(cell => output.WriteLine("| " + string.Join(" | ", cell.Row()) + " |"));
        return measurable.TrueForAll(cell => cell.Results.Count == limits.MinTrials);
    }

    private static List<Cell> Plan(PresetSeries series, string systems)
    {
        AllocatorSystem[] chosen = [.. systems.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Find)];
        if (chosen.Length == 0)
        {
            throw new UsageException("--system: the list is empty; write at least one name, see the command allocators");
        }

        return
        [
            .. from arrival in series.Arrival ?? ["bursts:1us"]
               from window in series.Window ?? ["1us"]
               from occupancy in series.Occupancy ?? [0]
               from destinations in series.Destinations ?? [1]
               from clients in series.Clients ?? [40]
               from ports in series.Ports ?? ["own"]
               from system in chosen
               select new Cell(system, RangeOf(system, ports), Workload(series, arrival, window, occupancy, destinations, clients)),
        ];
    }

    private static AllocatorSystem Find(string name) => AllocatorCatalog.All.FirstOrDefault(system => system.Name == name)
        ?? throw new UsageException(
            $"--system {name}: unknown; choose from {string.Join(", ", AllocatorCatalog.All.Select(system => system.Name))}");

    private static PortRange RangeOf(AllocatorSystem system, string ports)
    {
        if (ports == "own")
        {
            return system.DefaultRange;
        }

        string[] parts = ports.Split('-');
        return parts.Length == 2
            && ushort.TryParse(parts[0], CultureInfo.InvariantCulture, out ushort first)
            && ushort.TryParse(parts[1], CultureInfo.InvariantCulture, out ushort last)
            && first is > 0 && first <= last
            ? new PortRange(first, last)
            : throw new UsageException($"--ports {ports}: write own, or two ports from 1 to 65535, the lower first, for example 1024-65535");
    }

    private static SystemWorkload Workload(
        PresetSeries series, string arrival, string window, double occupancy, int destinations, int clients)
    {
        var workload = new SystemWorkload(
            clients,
            destinations,
            occupancy,
            UsageException.Parse("--window", window, Duration.ParseNanoseconds),
            UsageException.Parse("--arrival", arrival, Arrival.Parse) switch
            {
                Arrival.Closed => null,
                Arrival.Bursts bursts => bursts.OffsetNs,
                _ => throw new UsageException($"--arrival {arrival}: a race of systems has closed and bursts[:D]"),
            },
            series.Connections ?? 10_000);
        string? fault = workload switch
        {
            { Clients: < 1 or > 1 << 22 } => $"--clients {clients}: use 1 to {1 << 22}",
            { Destinations: < 1 or > 65536 } => $"--destinations {destinations}: use 1 to 65536",
            { Connections: < 1 or > 10_000_000 } => $"--connections {workload.Connections}: use 1 to 10000000",
            { Occupancy: < 0 or > 1 or double.NaN } => FormattableString.Invariant($"--occupancy {occupancy}: use a share from 0 to 1"),
            _ when occupancy * 65536 * destinations > 1 << 25 => $"--occupancy over {destinations} destinations: at most {1 << 25} entries fit",
            _ => null,
        };
        return fault is null ? workload : throw new UsageException(fault);
    }

    private sealed record Cell(AllocatorSystem System, PortRange Range, SystemWorkload Workload)
    {
        public List<SystemResult> Results { get; } = [];

        public string? Missing => System.WhyMissing(Range);

        public IEnumerable<string> Row()
        {
            string arrival = Workload.BurstOffsetNs is { } offset ? new Arrival.Bursts(offset).ToString() : "closed";
            yield return System.Name;
            yield return Range.ToString();
            yield return Workload.Clients.ToString(CultureInfo.InvariantCulture);
            yield return Workload.Destinations.ToString(CultureInfo.InvariantCulture);
            yield return Workload.Occupancy.ToString(CultureInfo.InvariantCulture);
            yield return Duration.Format(Workload.WindowNs);
            yield return arrival;
            if (Missing is { } why)
            {
                yield return $"missing: {why}";
                foreach (string _ in Header.Skip(8))
                {
                    yield return "";
                }

                yield break;
            }

            long attempts = Results.Sum(result => result.Attempts);
            yield return Results.Count.ToString(CultureInfo.InvariantCulture);
            yield return Share(result => result.Lost);
            yield return Share(result => result.Refused);
            yield return attempts == 0 ? "-" : FormattableString.Invariant($"{(double)Results.Sum(result => result.Probes) / attempts:0.0}");
            yield return Results.Count == 0 ? "-" : FormattableString.Invariant(
                $"{Results.Select(result => result.PerSecond).Order().ElementAt(Results.Count / 2) / 1e6:0.00}");
        }

        /// <summary>A rate with the upper bound where nothing was seen.</summary>
        private string Share(Func<SystemResult, long> count)
        {
            if (Results.Sum(result => result.Attempts) == 0)
            {
                return "-";
            }

            RateEstimate estimate = FailureRate.Estimate([.. Results.Select(result => result.Attempts)], [.. Results.Select(count)]);
            return estimate.Rate == 0
                ? FormattableString.Invariant($"0 (below {100 * estimate.High:0.###} %)")
                : FormattableString.Invariant($"{100 * estimate.Rate:0.###} % ({100 * estimate.Low:0.###} to {100 * estimate.High:0.###})");
        }
    }
}
