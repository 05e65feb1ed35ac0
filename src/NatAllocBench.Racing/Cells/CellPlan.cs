using System.Globalization;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Format;

namespace NatAllocBench.Racing.Cells;

/// <summary>One cell to measure, or the reason why it cannot be.</summary>
internal sealed record CellPlan(string? Series, RaceWorkload Workload, string? Missing)
{
    /// <summary>Whether a fixed pair of CPUs races, whatever the machine has.</summary>
    public bool IsPair { get; init; }

    /// <summary>All cells of a series: the product of its lists, in the order in which a table reads well.</summary>
    /// <exception cref="PresetException">A value is impossible, or there are more cells than a run may have.</exception>
    public static IEnumerable<CellPlan> Of(PresetSeries series)
    {
        RequireFewEnough(series);
        IPProtocol protocol = (series.Protocol ?? "tcp") switch
        {
            "tcp" => IPProtocol.Tcp,
            "udp" => IPProtocol.Udp,
            var other => throw new PresetException($"--protocol {other}: use tcp or udp"),
        };
        return
            from arrival in series.Arrival ?? ["closed"]
            from window in series.Window ?? ["0"]
            from path in series.PathTime ?? ["0"]
            from occupancy in series.Occupancy ?? [0]
            from ports in series.Ports ?? ["1024-65535"]
            from pool in series.Pool ?? [1]
            from destinations in series.Destinations ?? [1]
            from churn in series.Churn ?? [0]
            from clients in series.Clients ?? [40]
            from threads in series.Threads ?? [1]
            from design in series.Designs ?? [RacedDesign.KernelLocks.Name]
            from era in series.Eras ?? ["4.14", "6.12"]
            from mode in series.Modes ?? ["default", "random", "random-fully"]
            select Plan(series, new RaceWorkload
            {
                Era = PresetException.Parse("--eras", era, EraCatalog.Get),
                Mode = PresetException.Parse("--modes", mode, RaceMode.Get),
                Design = PresetException.Parse("--designs", design, RacedDesign.Get),
                Protocol = protocol,
                Clients = clients,
                Threads = threads,
                Destinations = destinations,
                PortMin = ParsePorts(ports).Min,
                PortMax = ParsePorts(ports).Max,
                Pool = pool,
                Occupancy = occupancy,
                Fill = ParseName<FillKind>("--fill", series.Fill ?? "self"),
                ChurnPerSecond = churn,
                WindowAddedNs = PresetException.Parse("--window", window, Duration.ParseNanoseconds),
                PathTimeNs = PresetException.Parse("--path-time", path, Duration.ParseNanoseconds),
                Arrival = PresetException.Parse("--arrival", arrival, Arrival.Parse),
                SourcePorts = ParseName<SourcePortChoice>("--source-ports", series.SourcePorts ?? "kernel"),
                Connections = series.Connections ?? 10_000,
            });
    }

    private static void RequireFewEnough(PresetSeries series)
    {
        int[] lengths =
        [
            series.Arrival?.Count ?? 1, series.Window?.Count ?? 1, series.Occupancy?.Count ?? 1, series.Ports?.Count ?? 1,
            series.Pool?.Count ?? 1, series.Destinations?.Count ?? 1, series.Churn?.Count ?? 1, series.Clients?.Count ?? 1,
            series.Threads?.Count ?? 1, series.Eras?.Count ?? 2, series.Modes?.Count ?? 3,
            series.Designs?.Count ?? 1,
        ];
        double cells = lengths.Aggregate(1.0, (product, length) => product * length);
        if (cells > RunFormat.MaxCells)
        {
            throw new PresetException(string.Create(
                CultureInfo.InvariantCulture,
                $"{cells:N0} cells are more than the {RunFormat.MaxCells:N0} that a run may have: shorten a list"));
        }
    }

    private static CellPlan Plan(PresetSeries series, RaceWorkload workload)
    {
        try
        {
            workload.Validate();
        }
        catch (ArgumentException e)
        {
            throw new PresetException(e.Message);
        }

        return new CellPlan(series.Name, workload, workload.Mode.WhyMissingIn(workload.Era))
        {
            IsPair = (series.Cpus ?? "all") switch
            {
                "all" => false,
                "pair" => true,
                var other => throw new PresetException($"\"cpus\" is \"{other}\": use all or pair"),
            },
        };
    }

    private static (ushort Min, ushort Max) ParsePorts(string text)
    {
        string[] parts = text.Split('-');
        return parts.Length == 2
            && ushort.TryParse(parts[0], CultureInfo.InvariantCulture, out ushort min)
            && ushort.TryParse(parts[1], CultureInfo.InvariantCulture, out ushort max)
            ? (min, max)
            : throw new PresetException($"--ports {text}: write two ports from 1 to 65535, for example 1024-65535");
    }

    private static T ParseName<T>(string option, string text)
        where T : struct, Enum =>
        Enum.TryParse(text, ignoreCase: true, out T value) && Enum.IsDefined(value) && !char.IsDigit(text[0])
            ? value
            : throw new PresetException(
                $"{option} {text}: use {string.Join(", ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()))}");
}
