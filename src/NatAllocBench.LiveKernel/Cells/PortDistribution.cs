namespace NatAllocBench.LiveKernel;

/// <summary>How often the kernel's first choice was each port.</summary>
/// <param name="CountByPort">65536 counts.</param>
/// <param name="DroppedRepetitions">Repetitions that lost packets outside NAT.</param>
/// <param name="Cancelled">Whether the run was stopped; the repetitions until then are complete.</param>
internal sealed record PortDistributionResult(IReadOnlyList<long> CountByPort, int DroppedRepetitions, bool Cancelled)
{
    /// <summary>Number of choices.</summary>
    public long Total => CountByPort.Sum();

    /// <summary>Choices from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public long Between(int low, int high) => CountByPort.Skip(low).Take(high - low + 1).Sum();

    /// <summary>Choices in equal bins over 1024 to 65535.</summary>
    /// <param name="bins">A divisor of 64512, for instance 64 (1008 ports each).</param>
    public IReadOnlyList<long> Bins(int bins)
    {
        const int First = 1024, Ports = 64512;
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(Ports % bins, 0);
        int width = Ports / bins;
        return [.. Enumerable.Range(0, bins).Select(bin => Between(First + (bin * width), First + ((bin + 1) * width) - 1))];
    }
}

/// <summary>
/// Measures which port the kernel chooses first: every connection goes to a destination of its own, where every port is free, so the port
/// it is mapped to is the first one tried.
/// </summary>
internal sealed record PortDistribution
{
    /// <summary>How ports are chosen.</summary>
    public required PortMode Mode { get; init; }

    /// <summary>TCP or UDP.</summary>
    public LiveProtocol Protocol { get; init; } = LiveProtocol.Tcp;

    /// <summary>The range; null for the kernel's own, 1024 to 65535.</summary>
    public LivePortRange? Ports { get; init; }

    /// <summary>Connections per repetition, at most 131072.</summary>
    public int Connections { get; init; } = 50_000;

    /// <summary>Measured repetitions.</summary>
    public int Repetitions { get; init; } = 2;

    /// <summary>Runs the measurement.</summary>
    /// <exception cref="LiveKernelUnavailableException">The table is too small, or the kernel refuses the rule.</exception>
    public PortDistributionResult Run(LiveSession session, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        var rule = new NatRule { Protocol = Protocol, Mode = Mode, Ports = Ports };
        session.Prepare(rule, Connections, $"port distribution, {Mode}");
        var plan = new SendPlan { Protocol = Protocol, Senders = Flows.Rounds(Connections, 1) };
        long[] counts = new long[65536];
        int dropped = 0;
        for (int repetition = 0; repetition < Repetitions && !cancellation.IsCancellationRequested; repetition++)
        {
            session.Table.Flush();
            LiveRepetition measured = session.Measure(plan, cancellation);
            if (cancellation.IsCancellationRequested)
            {
                break;
            }

            IReadOnlyList<TrackedConnection> connections = session.Table.List();
            if (!measured.AddsUp(0) || connections.Count != measured.Delivered)
            {
                dropped++;
                continue;
            }

            foreach (TrackedConnection connection in connections)
            {
                counts[connection.MappedPort]++;
            }
        }

        return new PortDistributionResult(counts, dropped, cancellation.IsCancellationRequested);
    }
}
