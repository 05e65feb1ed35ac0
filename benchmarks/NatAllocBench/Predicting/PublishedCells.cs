using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Node.Planning;
using NatAllocBench.Node.Replaying;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Running;

namespace NatAllocBench.Predicting;

/// <summary>A published cell of a race.</summary>
/// <param name="Run">Directory of its run, relative to the results.</param>
internal readonly record struct PublishedCell(string Run, RaceCell Cell)
{
    /// <summary>Mean window in seconds, from the histogram; null if the cell has none.</summary>
    public double? WindowSeconds => Cell.WindowHistogram?.MeanNs() * 1e-9;

    /// <summary>The class of predictions that it belongs to; null if it is of another system or none applies.</summary>
    public PredictionClass? Class
    {
        get
        {
            if (Cell.System != "model" || EraCatalog.Find(Cell.Era) is not { } era || WhatIf.ModeNamed(Cell.Mode) is not { } mode)
            {
                return null;
            }

            PredictionClass paced = PredictionClasses.Of(era, mode);
            return Cell.Arrival?.Split(':')[0] switch
            {
                "tick" or "poisson" => paced,
                "bursts" => PredictionClasses.InBursts(paced),
                _ => PredictionClass.Saturated,
            };
        }
    }

    /// <summary>What was raced.</summary>
    public RaceWorkload Workload => new()
    {
        Era = EraCatalog.Get(Cell.Era),
        Mode = RaceMode.Get(Cell.Mode),
        Protocol = Cell.Protocol == "udp" ? IPProtocol.Udp : IPProtocol.Tcp,
        Clients = Cell.Clients,
        Threads = Cell.Threads ?? 1,
        Destinations = Cell.Destinations,
        Pool = Cell.Pool ?? 1,
        PortMin = (ushort)(Cell.PortMin ?? 1024),
        PortMax = (ushort)(Cell.PortMax ?? 65535),
        Occupancy = Cell.Occupancy ?? 0,
        Fill = Enum.TryParse(Cell.Fill, ignoreCase: true, out FillKind fill) ? fill : FillKind.Self,
        WindowAddedNs = Cell.WindowAddedNs ?? 0,
        PathTimeNs = Cell.PathTimeNs ?? 0,
        ChurnPerSecond = Cell.ChurnPerSecond ?? 0,
        Arrival = Arrival.Parse(Cell.Arrival ?? "closed"),
        SourcePorts = Enum.TryParse(Cell.SourcePorts, ignoreCase: true, out SourcePortChoice choice) ? choice : SourcePortChoice.Kernel,
    };
}

/// <summary>The published runs that predictions are checked against and calibrated with.</summary>
/// <param name="Races">Cells of races.</param>
/// <param name="Throughputs">Cells of throughput runs.</param>
internal sealed record PublishedCells(IReadOnlyList<PublishedCell> Races, IReadOnlyList<(string Run, ThroughputCell Cell)> Throughputs)
{
    /// <summary>The fingerprint of the machine of each run.</summary>
    public IReadOnlyDictionary<string, string> Machines { get; private init; } = new Dictionary<string, string>();

    /// <summary>Reads all runs of a results directory.</summary>
    /// <exception cref="UsageException">There is no run.</exception>
    public static PublishedCells Read(string root)
    {
        IReadOnlyList<string> directories = new ResultsStore(root).RunDirectories();
        if (directories.Count == 0)
        {
            throw new UsageException($"{root} holds no published run: say --results DIR, or run in the repository");
        }

        var races = new List<PublishedCell>();
        var throughputs = new List<(string, ThroughputCell)>();
        var machines = new Dictionary<string, string>();
        foreach (string directory in directories)
        {
            string name = Path.GetRelativePath(root, directory).Replace('\\', '/');
            RunRecord run = RunFormat.ReadFile(directory);
            machines[name] = MachineIdentity.Fingerprint(run.Machine);
            switch (run)
            {
                case RunRecord<RaceCell> race:
                    races.AddRange(race.Cells.Where(cell => cell.Missing is null).Select(cell => new PublishedCell(name, cell)));
                    break;
                case RunRecord<ThroughputCell> throughput:
                    throughputs.AddRange(throughput.Cells.Where(cell => cell.Missing is null).Select(cell => (name, cell)));
                    break;
            }
        }

        return new PublishedCells(races, throughputs) { Machines = machines };
    }
}
