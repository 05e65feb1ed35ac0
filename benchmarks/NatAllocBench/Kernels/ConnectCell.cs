using NatAllocBench.LiveKernel;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Kernels;

/// <summary>Real clients that connect through the live kernel. Its attempts are SYNs: a lost one is sent again and counts again.</summary>
internal sealed class ConnectCell(string workload, ConnectPlan plan, string era) : IKernelCell
{
    private readonly List<ConnectRepetition> _kept = [];
    private string? _missing;

    public string Name => $"{Series}, {KernelCell.ModeName(plan.Rule.Mode)}, {SourcePorts} ports";

    public string Workload => workload;

    public int Cpus => plan.Senders;

    /// <summary>Repetitions in which a client never got through; they say nothing about the time that connecting takes.</summary>
    public int Dropped { get; private set; }

    public string WhyDropped => "had a client that never got through";

    private string Series => $"{workload}, rules by {(plan.Rule.FrontEnd == RuleFrontEnd.Nftables ? "nft" : "iptables")}";

    private string SourcePorts => plan.Ports == ClientPorts.Kernel ? "kernel" : "shared";

    public void Measure(LiveSession session, ulong seed, CancellationToken cancellation)
    {
        if (_missing is not null || cancellation.IsCancellationRequested)
        {
            return;
        }

        try
        {
            ConnectRepetition repetition = session.Connect(plan with { Seed = seed }, cancellation);
            if (cancellation.IsCancellationRequested)
            {
                return;
            }

            if (repetition.Failed > 0)
            {
                Dropped++;
            }
            else
            {
                _kept.Add(repetition);
            }
        }
        catch (LiveKernelUnavailableException exception)
        {
            _missing = exception.Message;
        }
    }

    public RaceCell ToCell()
    {
        var named = new RaceCell
        {
            Series = Series,
            System = "linux-" + LiveSession.KernelRelease,
            Era = era,
            Mode = KernelCell.ModeName(plan.Rule.Mode),
            Protocol = "tcp",
            Cpus = plan.Senders,
            Clients = plan.Clients,
            Threads = 1,
            Destinations = 1,
            Pool = 1,
            PortMin = 1024,
            PortMax = 65535,
            Occupancy = 0,
            Arrival = new Arrival.Bursts(plan.OffsetNanoseconds).ToString(),
            SourcePorts = SourcePorts,
            Missing = _missing ?? (_kept.Count == 0 ? $"no repetition was kept, {Dropped} dropped" : null),
        };
        return named.Missing is null ? WithMeasurement(named) : named;
    }

    private RaceCell WithMeasurement(RaceCell named)
    {
        double[] seconds = [.. _kept.SelectMany(repetition => repetition.Seconds).Order()];
        return (named with
        {
            Counters = KernelCell.CountersOf([.. _kept.Select(repetition => repetition.Counters)]),
            ConnectP50Ns = Percentile(seconds, 0.5),
            ConnectP99Ns = Percentile(seconds, 0.99),
            Delayed = [.. ConnectRepetition.Delays.Select(Delayed)],
            PerTrial = new RaceTrials
            {
                Attempts = [.. _kept.Select(repetition => repetition.Seconds.Count + repetition.Counters.Total.InsertFailed)],
                InsertFailed = [.. _kept.Select(repetition => repetition.Counters.Total.InsertFailed)],
                Found = [.. _kept.Select(repetition => repetition.Counters.Total.Found)],
            },
        }).Summarised();
    }

    private DelayedShare Delayed(int delay)
    {
        RateEstimate share = FailureRate.Estimate(
            [.. _kept.Select(repetition => (long)repetition.Seconds.Count)], [.. _kept.Select(repetition => repetition.Delayed(delay))]);
        return new DelayedShare(delay, share.Rate, share.Low, share.High);
    }

    /// <summary>The smallest time that the given share of the connections did not exceed, ns.</summary>
    private static double Percentile(double[] sorted, double share) =>
        1e9 * sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
}
