namespace NatAllocBench.LiveKernel;

/// <summary>A topology with its senders and counters, and the one way to run cells on it.</summary>
public sealed class LiveSession : IDisposable
{
    private const string TableLimit = "net.netfilter.nf_conntrack_max";

    private readonly LiveTopology _topology;
    private readonly KernelCounters _counters;
    private readonly ConntrackTable _table;
    private readonly PacketSender _sender;

    private LiveSession(LiveTopology topology)
    {
        _topology = topology;
        _sender = new PacketSender(topology);
        _table = new ConntrackTable(topology);
        _counters = new KernelCounters(topology);
    }

    /// <summary>The namespaces of this session.</summary>
    public LiveTopology Topology => _topology;

    /// <summary>Where the conntrack counters come from.</summary>
    public string CounterSource => _counters.Source;

    /// <summary>The release of the kernel that is measured.</summary>
    public static string KernelRelease => KernelConfig.Release();

    /// <summary>Builds the topology and opens senders and counters in it.</summary>
    /// <exception cref="LiveKernelUnavailableException">A requirement is missing; the message names it.</exception>
    public static LiveSession Open(LiveOptions? options = null, CancellationToken cancellation = default)
    {
        LiveTopology topology = LiveTopology.Create(options, cancellation);
        try
        {
            return new LiveSession(topology);
        }
        catch
        {
            topology.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Runs a cell: install the rule, warm up, then per repetition flush, prefill, read, send, wait until the counters stand still, read.
    /// Cancellation ends it after the last complete repetition.
    /// </summary>
    /// <exception cref="LiveKernelUnavailableException">The table is too small for the cell, or the kernel refuses the rule.</exception>
    public LiveCellResult Run(LiveCell cell, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(cell);
        Prepare(cell.Rule, (cell.Prefill?.PacketCount ?? 0) + cell.Plan.PacketCount, cell.Name);
        var kept = new List<LiveRepetition>();
        var dropped = new List<LiveRepetition>();
        for (int i = -cell.WarmUps; i < cell.Repetitions && !cancellation.IsCancellationRequested; i++)
        {
            _table.Flush();
            LiveRepetition? prefill = cell.Prefill is null ? null : Measure(cell.Prefill, cancellation);
            SendPlan plan = cell.Plan with { Seed = cell.Plan.Seed + (ulong)(i + cell.WarmUps) };
            LiveRepetition repetition = Measure(plan, cancellation) with { PrefillDelivered = prefill?.Delivered ?? 0 };
            if (i >= 0 && !cancellation.IsCancellationRequested)
            {
                bool sound = repetition.AddsUp(cell.Tolerance) && prefill?.AddsUp(cell.Tolerance) != false;
                (sound ? kept : dropped).Add(repetition);
            }
        }

        return new LiveCellResult(cell, kept, dropped, cancellation.IsCancellationRequested);
    }

    /// <summary>Runs real clients once: install the rule, flush, read, connect until all stand or are given up, read.</summary>
    /// <exception cref="LiveKernelUnavailableException">The front end of the rule is missing, or the kernel refuses the rule.</exception>
    public ConnectRepetition Connect(ConnectPlan plan, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        Prepare(plan.Rule, (long)plan.Clients * plan.Rounds, "connect");
        using var listener = new ServerListener(_topology.ServerNamespace);
        KernelReading before = _counters.Read();
        (IReadOnlyList<double> seconds, long attempts, long failed) =
            new ClientThreads(plan, _topology.ClientNamespace, listener).Run(cancellation);
        return new ConnectRepetition(seconds, attempts, failed, _counters.Read().Since(before));
    }

    /// <summary>The router's table, for listings after a run.</summary>
    internal ConntrackTable Table => _table;

    /// <summary>Installs the rule, empties the table and checks that it has room for the connections to come.</summary>
    internal void Prepare(NatRule rule, long connections, string name)
    {
        _topology.Apply(rule);
        _table.Flush();
        long limit = NetworkNamespace.Run(_topology.RouterNamespace, () => SysctlJournal.ReadValue(TableLimit) ?? long.MaxValue);
        if (connections > limit)
        {
            throw new LiveKernelUnavailableException(
                $"the cell '{name}' needs {connections} conntrack entries but {TableLimit} is {limit}: raise it or let the run raise it.");
        }
    }

    /// <summary>Reads the counters, sends, waits until they stand still and reads them again.</summary>
    internal LiveRepetition Measure(SendPlan plan, CancellationToken cancellation)
    {
        KernelReading before = _counters.Read();
        SendReport report = _sender.Run(plan, cancellation);
        return new LiveRepetition(0, report, _counters.ReadWhenSettled(before, report.Sent).Since(before));
    }

    /// <summary>Closes the counters, then deletes the namespaces.</summary>
    public void Dispose()
    {
        _counters.Dispose();
        _table.Dispose();
        _topology.Dispose();
    }
}
