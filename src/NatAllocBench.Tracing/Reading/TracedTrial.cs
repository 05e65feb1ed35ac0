using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Counts;

namespace NatAllocBench.Tracing;

/// <summary>One trial of a trace.</summary>
public sealed class TracedTrial
{
    private double _markMs = double.NaN;
    private ulong _markTick;

    /// <summary>Number of the trial in its process, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>Name of the era.</summary>
    public required string Era { get; init; }

    /// <summary>Name of the mode.</summary>
    public required string Mode { get; init; }

    /// <summary>tcp or udp.</summary>
    public required string Protocol { get; init; }

    /// <summary>The workload in words.</summary>
    public required string Workload { get; init; }

    /// <summary>What trials must have in common to be counted together.</summary>
    public (string Era, string Mode, string Load) Cell => (Era, Mode, $"{Workers} workers, {Protocol}, {Workload}");

    /// <summary>Workers of the trial.</summary>
    public required int Workers { get; init; }

    /// <summary>One connection in this many was written, besides those of collisions.</summary>
    public required int SampleEvery { get; init; }

    /// <summary>Length of a tick in nanoseconds.</summary>
    public required double NanosecondsPerTick { get; init; }

    /// <summary>First tick of the measured part.</summary>
    public ulong StartTick { get; internal set; }

    /// <summary>Last tick of the measured part; 0 if the trace ends before the trial does.</summary>
    public ulong EndTick { get; internal set; }

    /// <summary>Connections that were brought to confirm.</summary>
    public long Attempts { get; internal set; }

    /// <summary>Insertions that failed.</summary>
    public long InsertFailed { get; internal set; }

    /// <summary>Garbage collections that the race itself counted during the trial.</summary>
    public int Collections { get; internal set; }

    /// <summary>Connection events that were written.</summary>
    public long EventsWritten { get; internal set; }

    /// <summary>Round trip of a cache line between the first two workers, ns; null where the recording does not tell.</summary>
    public double? PingPongNs { get; internal set; }

    /// <summary>Connection events that the trace holds.</summary>
    public long EventsRead { get; internal set; }

    /// <summary>Connections in the trace, by number.</summary>
    public Dictionary<uint, TracedConnection> Connections { get; } = [];

    /// <summary>Failed insertions, in order of time.</summary>
    public List<Collision> Collisions { get; } = [];

    /// <summary>Retransmissions of losers.</summary>
    public List<TracedRetransmission> Retransmissions { get; } = [];

    /// <summary>What disturbed workers, of kind <see cref="DisturbanceKind.Preemption"/>.</summary>
    public List<Disturbance> Preemptions { get; } = [];

    /// <summary>Why workers were not pinned; empty if all were.</summary>
    public List<string> PinFailures { get; } = [];

    /// <summary>The race's own window histogram.</summary>
    public WindowHistogram OwnWindow { get; } = new();

    /// <summary>Whether the trace holds the end of the trial.</summary>
    public bool IsComplete => EndTick != 0;

    /// <summary>Converts an interval in ticks to nanoseconds.</summary>
    /// <param name="ticks">The interval.</param>
    public double ToNanoseconds(ulong ticks) => ticks * NanosecondsPerTick;

    /// <summary>Where a tick lies on the trace's clock, in milliseconds from its start; good to about a microsecond.</summary>
    /// <param name="tick">A tick of the trial.</param>
    public double ToTraceMs(ulong tick) => _markMs + ((long)(tick - _markTick) * NanosecondsPerTick / 1e6);

    /// <summary>Ties the clocks: an event that reads its tick is stamped some time later, so the earliest stamp is the truest.</summary>
    internal void Mark(ulong tick, double traceMs)
    {
        if (double.IsNaN(_markMs) || traceMs < ToTraceMs(tick))
        {
            _markMs = traceMs;
            _markTick = tick;
        }
    }
}
