using Microsoft.Diagnostics.Tracing.Parsers;
using Microsoft.Diagnostics.Tracing.Parsers.Clr;

namespace NatAllocBench.Tracing;

/// <summary>Turns the runtime's pairs of events into spans.</summary>
internal sealed class RuntimeEventReader
{
    private readonly List<Disturbance> _spans = [];
    private readonly Dictionary<int, double> _waiting = [];
    private (double FromMs, string Detail)? _collection;
    private (double FromMs, string Detail)? _suspension;

    public void Subscribe(ClrTraceEventParser clr)
    {
        clr.GCStart += e => _collection = (e.TimeStampRelativeMSec, $"generation {e.Depth}, {e.Reason}");
        clr.GCStop += e => Close(DisturbanceKind.Collection, ref _collection, e.TimeStampRelativeMSec);
        clr.GCSuspendEEStart += e => _suspension = (e.TimeStampRelativeMSec, Name(e.Reason));
        clr.GCRestartEEStop += e => Close(DisturbanceKind.Suspension, ref _suspension, e.TimeStampRelativeMSec);
        clr.ContentionStart += e => _waiting[e.ThreadID] = e.TimeStampRelativeMSec;
        clr.ContentionStop += e =>
        {
            if (_waiting.Remove(e.ThreadID, out double from))
            {
                _spans.Add(new Disturbance(DisturbanceKind.Contention, from, e.TimeStampRelativeMSec, null, $"thread {e.ThreadID}"));
            }
        };
    }

    public IReadOnlyList<Disturbance> Finish() => [.. _spans.OrderBy(span => span.FromMs)];

    private static string Name(GCSuspendEEReason reason) => reason switch
    {
        GCSuspendEEReason.SuspendForGC or GCSuspendEEReason.SuspendForGCPrep => "for a collection",
        GCSuspendEEReason.SuspendOther => "for a stack sample or the like",
        _ => reason.ToString(),
    };

    private void Close(DisturbanceKind kind, ref (double FromMs, string Detail)? open, double toMs)
    {
        if (open is { } begun)
        {
            _spans.Add(new Disturbance(kind, begun.FromMs, toMs, null, begun.Detail));
            open = null;
        }
    }
}
