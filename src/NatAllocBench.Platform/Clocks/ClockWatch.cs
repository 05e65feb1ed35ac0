namespace NatAllocBench.Platform.Clocks;

/// <summary>
/// Notices from its own clock that a worker did not run: two readings lie further apart than the work between them explains. The scheduler,
/// the hypervisor or an interrupt had the CPU meanwhile. One worker's own; nothing is allocated once it exists.
/// </summary>
public sealed class ClockWatch
{
    /// <summary>A pause of up to 20 us is no gap: the timer interrupt and a miss of every cache take less.</summary>
    public const double GapNs = 20_000;

    /// <summary>
    /// A shorter gap is the machine's own interrupt, ns: on a virtual machine the timer's takes 20 to 60 us, up to a thousand times a
    /// second on each CPU, whatever else runs. A kernel's softirq has it too; only what is longer was taken away.
    /// </summary>
    public const double InterruptNs = 100_000;

    /// <summary>Gaps whose place is kept; further ones are counted and added up only.</summary>
    public const int KeptGaps = 4096;

    private static readonly ulong InterruptTicks = TickClock.FromNanoseconds(InterruptNs);

    private readonly ulong _gapTicks;
    private readonly (ulong From, ulong To)[] _gaps = new (ulong, ulong)[KeptGaps];
    private ulong _last;

    /// <param name="workNs">Longest busy wait between two readings that the work itself asks for, ns.</param>
    public ClockWatch(double workNs) => _gapTicks = TickClock.FromNanoseconds(GapNs + workNs);

    /// <summary>Gaps so far.</summary>
    public int Count { get; private set; }

    /// <summary>All gaps together that are longer than <see cref="InterruptNs"/>, ticks.</summary>
    public ulong AwayTicks { get; private set; }

    /// <summary>The longest gap, ticks.</summary>
    public ulong LongestTicks { get; private set; }

    /// <summary>The gaps in order, the first <see cref="KeptGaps"/> of them.</summary>
    public ReadOnlySpan<(ulong From, ulong To)> Gaps => _gaps.AsSpan(0, Math.Min(Count, KeptGaps));

    /// <summary>Whether a gap is longer than an interrupt of the machine: the CPU was taken away.</summary>
    public static bool IsAway(ulong gapTicks) => gapTicks > InterruptTicks;

    /// <summary>Starts again now: what came before is no gap.</summary>
    public void Start(ulong now) => _last = now;

    /// <summary>Whether the time since the last reading is longer than any work takes; then call <see cref="Note"/>.</summary>
    public bool IsLong(ulong now) => now - _last > _gapTicks;

    /// <summary>The worker ran up to here.</summary>
    public void Seen(ulong now) => _last = now;

    /// <summary>Notes a gap, unless the work since the last reading explains the time.</summary>
    /// <param name="now">This reading.</param>
    /// <param name="explainedTicks">Time that the work took at most.</param>
    public void Note(ulong now, ulong explainedTicks)
    {
        if (now - _last <= _gapTicks + explainedTicks)
        {
            return;
        }

        if (Count < KeptGaps)
        {
            _gaps[Count] = (_last, now);
        }

        ulong gap = now - _last;
        Count++;
        AwayTicks += IsAway(gap) ? gap : 0;
        LongestTicks = Math.Max(LongestTicks, gap);
    }

    /// <summary>The worker ran up to here, unless the time since the last reading is longer than any work takes.</summary>
    public void Look(ulong now)
    {
        if (IsLong(now))
        {
            Note(now, 0);
        }

        Seen(now);
    }

    /// <summary>Waits until a tick, watching all the while.</summary>
    /// <param name="tick">The end of the wait.</param>
    /// <param name="cancellation">Ends the wait early.</param>
    public void WaitUntil(ulong tick, CancellationToken cancellation)
    {
        int turns = 0;
        for (ulong now = TickClock.Now(); ; now = TickClock.Now())
        {
            Look(now);
            if ((long)(now - tick) >= 0 || ((++turns & 0xFF) == 0 && cancellation.IsCancellationRequested))
            {
                return;
            }
        }
    }
}
