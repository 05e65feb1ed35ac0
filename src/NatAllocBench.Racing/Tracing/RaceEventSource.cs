using System.Diagnostics.Tracing;
using System.Globalization;

namespace NatAllocBench.Racing.Tracing;

/// <summary>
/// The event source <c>NatAllocBench</c>: what happened to each connection of a trial. Off by default; a trial looks once, at its start,
/// whether anybody listens.
/// </summary>
/// <remarks>
/// Events of connections are written when their trial is over; their times are ticks of the trial's clock in the payload, and
/// <see cref="ClockMark"/> ties that clock to the trace's. The processor is in the payload since EventPipe does not record it. A listener
/// may pass the argument <c>sample</c> (N): of the connections, one in N is written, and both sides of every collision.
/// </remarks>
[EventSource(Name = SourceName)]
public sealed partial class RaceEventSource : EventSource
{
    /// <summary>Name of the source.</summary>
    public const string SourceName = "NatAllocBench";

    /// <summary>Name of the argument that asks for one connection in N.</summary>
    public const string SampleArgument = "sample";

    private RaceEventSource()
    {
    }

    /// <summary>The only instance.</summary>
    public static RaceEventSource Log { get; } = new();

    /// <summary>One connection in this many is written, at least 1; both sides of a collision always are.</summary>
    public int SampleEvery { get; private set; } = 1;

    /// <summary>
    /// Whether somebody listens to the events of connections. Tools that read counters enable every source of the name, for errors alone: a
    /// race is not recorded for them.
    /// </summary>
    public bool IsListenedTo => IsEnabled(EventLevel.Informational, Keywords.Connections);

    /// <summary>A trial begins.</summary>
    [Event(1, Keywords = Keywords.Trials, Level = EventLevel.Informational)]
    public void TrialBegin(
        int trial, string era, string mode, string protocol, string workload, int workers, int sample, ulong tick,
        double nanosecondsPerTick) =>
        WriteEvent(1, trial, era, mode, protocol, workload, workers, sample, tick, nanosecondsPerTick);

    /// <summary>
    /// A trial has ended. <paramref name="events"/> counts the connection events that were written for it;
    /// <paramref name="pingPongNs"/> is the round trip of a cache line between the first two workers, 0 for one worker.
    /// </summary>
    [Event(2, Keywords = Keywords.Trials, Level = EventLevel.Informational)]
    public void TrialEnd(
        int trial, ulong startTick, ulong endTick, long attempts, long confirmed, long insertFailed, int collections, long events,
        double pingPongNs) =>
        WriteEvent(2, trial, startTick, endTick, attempts, confirmed, insertFailed, collections, events, pingPongNs);

    /// <summary>A part of the race's own window histogram: lengths in ns and how often each was recorded, as <c>612x3 614x1</c>.</summary>
    [Event(3, Keywords = Keywords.Trials, Level = EventLevel.Informational)]
    public void WindowBuckets(int trial, string buckets) => WriteEvent(3, trial, buckets);

    /// <summary>A worker stands on a CPU; <paramref name="failure"/> is empty, or why it does not.</summary>
    [Event(4, Keywords = Keywords.Workers, Level = EventLevel.Informational)]
    public void WorkerPinned(int trial, int worker, int cpu, string failure) => WriteEvent(4, trial, worker, cpu, failure);

    /// <summary>The scheduler took the CPU away from a worker in the midst of a connection.</summary>
    [Event(5, Keywords = Keywords.Workers, Level = EventLevel.Informational)]
    public void WorkerPreempted(int trial, int worker, int cpu, ulong fromTick, ulong toTick, long switches) =>
        WriteEvent(5, trial, worker, cpu, fromTick, toTick, switches);

    /// <summary>This event was written at this tick.</summary>
    [Event(6, Keywords = Keywords.Trials, Level = EventLevel.Informational)]
    public void ClockMark(ulong tick) => WriteEvent(6, tick);

    /// <inheritdoc/>
    protected override void OnEventCommand(EventCommandEventArgs command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.Command == EventCommand.Enable
            && command.Arguments?.TryGetValue(SampleArgument, out string? text) == true
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int every) && every >= 1)
        {
            SampleEvery = every;
        }
    }

    /// <summary>What a listener can choose.</summary>
    public static class Keywords
    {
        /// <summary>Trials and the clock.</summary>
        public const EventKeywords Trials = (EventKeywords)1;

        /// <summary>Workers.</summary>
        public const EventKeywords Workers = (EventKeywords)2;

        /// <summary>Connections.</summary>
        public const EventKeywords Connections = (EventKeywords)4;
    }
}
