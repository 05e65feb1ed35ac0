namespace NatAllocBench.LiveKernel;

/// <summary>One step of filling ranges with one sender.</summary>
/// <param name="Repetition">Repetition, from 0.</param>
/// <param name="OccupiedBefore">Connections in all ranges together before the step.</param>
/// <param name="Connections">Connections tried in the step.</param>
/// <param name="Delivered">Those that got a port.</param>
/// <param name="Found">Occupied candidates met.</param>
/// <param name="InsertFailed">Connections that got a taken port and were dropped.</param>
internal sealed record FoundStep(int Repetition, long OccupiedBefore, long Connections, long Delivered, long Found, long InsertFailed);

/// <summary>The steps of all repetitions that added up.</summary>
/// <param name="Capacity">Ports of all ranges together: occupancy is OccupiedBefore divided by it.</param>
/// <param name="Steps">The steps, in order.</param>
/// <param name="DroppedRepetitions">Repetitions that lost packets outside NAT.</param>
/// <param name="Cancelled">Whether the run was stopped; the repetitions until then are complete.</param>
internal sealed record FoundCurveResult(long Capacity, IReadOnlyList<FoundStep> Steps, int DroppedRepetitions, bool Cancelled);

/// <summary>
/// Measures <c>found</c> per connection against occupancy: one sender fills the same range towards many destinations step by step, and the
/// counters are read between the steps. No race is possible, so the model must give the same numbers.
/// </summary>
internal sealed record FoundCurve
{
    /// <summary>How ports are chosen.</summary>
    public required PortMode Mode { get; init; }

    /// <summary>TCP or UDP.</summary>
    public LiveProtocol Protocol { get; init; } = LiveProtocol.Tcp;

    /// <summary>Ports in the range.</summary>
    public int RangeSize { get; init; } = 1024;

    /// <summary>Destinations, each with the whole range to itself.</summary>
    public int Destinations { get; init; } = 10;

    /// <summary>Steps from empty to full.</summary>
    public int Steps { get; init; } = 20;

    /// <summary>Measured repetitions.</summary>
    public int Repetitions { get; init; } = 7;

    /// <summary>The rule that is measured.</summary>
    public NatRule Rule => new() { Protocol = Protocol, Mode = Mode, Ports = LivePortRange.OfSize(RangeSize) };

    /// <summary>Runs the measurement.</summary>
    /// <exception cref="LiveKernelUnavailableException">The table is too small, or the kernel refuses the rule.</exception>
    public FoundCurveResult Run(LiveSession session, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        long capacity = (long)RangeSize * Destinations;
        var steps = new List<FoundStep>();
        int dropped = 0;
        session.Prepare(Rule, capacity, $"found against occupancy, {Mode}");
        for (int repetition = 0; repetition < Repetitions && !cancellation.IsCancellationRequested; repetition++)
        {
            session.Table.Flush();
            if (RunOnce(session, repetition, cancellation) is { } complete)
            {
                steps.AddRange(complete);
            }
            else if (!cancellation.IsCancellationRequested)
            {
                dropped++;
            }
        }

        return new FoundCurveResult(capacity, steps, dropped, cancellation.IsCancellationRequested);
    }

    /// <summary>The packets of each step, the same in every repetition.</summary>
    public IEnumerable<SendPlan> StepPlans()
    {
        long index = 0;
        for (int step = 0; step < Steps; step++)
        {
            int perDestination = (RangeSize * (step + 1) / Steps) - (RangeSize * step / Steps);
            var plan = new SendPlan { Protocol = Protocol, Senders = Flows.Rounds(Destinations, perDestination, 1, index) };
            index += plan.PacketCount;
            yield return plan;
        }
    }

    private List<FoundStep>? RunOnce(LiveSession session, int repetition, CancellationToken cancellation)
    {
        var steps = new List<FoundStep>();
        long occupied = 0;
        foreach (SendPlan plan in StepPlans())
        {
            LiveRepetition measured = session.Measure(plan, cancellation);
            if (cancellation.IsCancellationRequested || !measured.AddsUp(0))
            {
                return null;
            }

            ConntrackCounters total = measured.Counters.Total;
            steps.Add(new FoundStep(repetition, occupied, measured.Sent, measured.Delivered, total.Found, total.InsertFailed));
            occupied += measured.Delivered;
        }

        return steps;
    }
}
