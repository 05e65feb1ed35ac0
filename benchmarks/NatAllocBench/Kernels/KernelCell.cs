using NatAllocBench.LiveKernel;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Kernels;

/// <summary>A cell of the live kernel while it is measured.</summary>
internal sealed class KernelCell(string workload, LiveCell cell, string era) : IKernelCell
{
    private readonly List<LiveRepetition> _kept = [];
    private string? _missing;

    public string Name => cell.Name;

    public string Workload => workload;

    public int Cpus => cell.Plan.Senders.Count;

    public IReadOnlyList<LiveRepetition> Repetitions => _kept;

    public int Dropped { get; private set; }

    public string WhyDropped => "lost packets outside NAT";

    public void Measure(LiveSession session, ulong seed, CancellationToken cancellation)
    {
        if (_missing is not null || cancellation.IsCancellationRequested)
        {
            return;
        }

        try
        {
            LiveCellResult result = session.Run(
                cell with { Repetitions = 1, WarmUps = _kept.Count == 0 ? 1 : 0, Plan = cell.Plan with { Seed = seed } }, cancellation);
            _kept.AddRange(result.Repetitions);
            Dropped += result.Dropped.Count;
        }
        catch (LiveKernelUnavailableException exception)
        {
            _missing = exception.Message;
        }
    }

    public RaceCell ToCell()
    {
        FlowTuple[] flows = [.. cell.Plan.Senders.SelectMany(sender => sender)];
        var named = new RaceCell
        {
            Series = Series(),
            System = "linux-" + LiveSession.KernelRelease,
            Era = era,
            Mode = ModeName(cell.Rule.Mode),
            Protocol = cell.Rule.Protocol == LiveProtocol.Tcp ? "tcp" : "udp",
            Cpus = cell.Plan.Senders.Count,
            Clients = flows.Select(flow => flow.SourceAddress).Distinct().Count(),
            Threads = 1,
            Destinations = flows.Select(flow => flow.DestinationAddress).Distinct().Count(),
            Pool = 1,
            PortMin = cell.Rule.Ports?.Low ?? 1024,
            PortMax = cell.Rule.Ports?.High ?? 65535,
            Occupancy = cell.Fill,
            Arrival = RacedWorkload.ArrivalOf(cell.Plan).ToString(),
            SourcePorts = flows.Select(flow => flow.SourcePort).Distinct().Count() == 1 ? "fixed" : "shared",
            Missing = _missing ?? (_kept.Count == 0 ? $"no repetition was kept, {Dropped} dropped" : null),
        };
        return named.Missing is null ? WithMeasurement(named) : named;
    }

    private string Series() => cell.Rule.TwoBackends ? $"{workload}, two backends" : workload;

    internal static string ModeName(PortMode mode) => mode switch
    {
        PortMode.Random => "random",
        PortMode.FullyRandom => "random-fully",
        _ => "default",
    };

    private RaceCell WithMeasurement(RaceCell named)
    {
        LossAttribution[] losses = [.. _kept.Select(repetition => LossAttribution.Of(cell, repetition))];

        // The counters do not tell how a lost port was chosen; the rule does where it leaves nothing but a search.
        bool isSearch = workload != "same-tuple"
            && (cell.Rule.Mode != PortMode.Default
                || cell.Rule.Ports is { } ports && (Flows.ClientPort < ports.Low || Flows.ClientPort > ports.High));
        bool isClosed = cell.Plan is { Lockstep: null, Pacing: Pacing.ClosedLoop };
        return (named with
        {
            Counters = CountersOf([.. _kept.Select(repetition => repetition.Counters)]),
            ClashResolved = losses.Any(loss => loss.ClashResolved is null) ? null : losses.Sum(loss => loss.ClashResolved),
            PerTrial = new RaceTrials
            {
                Attempts = [.. _kept.Select(repetition => repetition.Sent)],
                InsertFailed = [.. _kept.Select(repetition => repetition.Counters.Total.InsertFailed)],
                FailedKeepPort = isSearch ? [.. losses.Select(_ => 0L)] : null,
                FailedSearch = isSearch ? [.. losses.Zip(_kept, Rest)] : null,
                FailedExhausted = [.. losses.Select(loss => loss.Exhausted)],
                FailedChain = losses.Any(loss => loss.ChainTooLong is null) ? null : [.. losses.Select(loss => loss.ChainTooLong ?? 0)],
                ConnectionsPerSecond = isClosed ? [.. _kept.Select(repetition => repetition.Send.PacketsPerSecond)] : null,
                Found = [.. _kept.Select(repetition => repetition.Counters.Total.Found)],
            },
        }).Summarised();
    }

    internal static CpuCounters[] CountersOf(IReadOnlyList<KernelReading> readings) =>
    [
        .. readings.Select(reading => reading.PerCpu)
            .Aggregate((sum, next) => [.. sum.Zip(next, (left, right) => left + right)])
            .Select(cpu => new CpuCounters
            {
                Found = cpu.Found,
                InsertFailed = cpu.InsertFailed,
                Drop = cpu.Drop,
                EarlyDrop = cpu.EarlyDrop,
                SearchRestart = cpu.SearchRestart,
                ClashResolve = cpu.ClashResolve,
                ChainTooLong = cpu.ChainTooLong,
            }),
    ];

    /// <summary>insert_failed without what is attributed, so that the parts add up whatever counters the kernel has.</summary>
    private static long Rest(LossAttribution loss, LiveRepetition repetition) =>
        repetition.Counters.Total.InsertFailed - loss.Exhausted - (loss.ChainTooLong ?? 0);
}
