using System.Diagnostics.Metrics;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Racing.Tracing;

/// <summary>
/// The meter <c>NatAllocBench</c>: connections, failed insertions by cause, and window percentiles of the run so far, by era and mode.
/// </summary>
/// <remarks>
/// Listeners ask, as <c>dotnet-counters</c> does once a second; then the tallies of the workers are read while they count, in the middle of
/// a trial too. The hot loop writes nothing for it, and nothing happens while nobody asks. What is read may be some connections old, and
/// the numbers of one answer some connections apart.
/// </remarks>
internal static class RaceMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "NatAllocBench";

    private static readonly Lock Gate = new();
    private static readonly List<CellMetrics> Cells = [];

    // Made last: a listener may ask as soon as an instrument exists.
    private static readonly Meter Meter = CreateMeter();

    /// <summary>Shows the workers of a trial to listeners until the answer is disposed, which adds their counts to the run's.</summary>
    internal static Followed Follow(RaceWorkload workload, IReadOnlyList<ILiveCounts> workers)
    {
        string summary = WorkloadSummary.Of(workload);
        lock (Gate)
        {
            CellMetrics? cell = Cells.Find(cell => cell.IsOf(workload, summary));
            if (cell is null)
            {
                Cells.Add(cell = new CellMetrics(workload, summary));
            }

            cell.Begin(workers);
            return new Followed(cell);
        }
    }

    private static Meter CreateMeter()
    {
        var meter = new Meter(MeterName);
        meter.CreateObservableCounter(
            "nat.allocations", () => Ask(cell => cell.Attempts()), "{connection}",
            "Connections that were allocated a port and brought to confirm.");
        meter.CreateObservableCounter(
            "nat.insert_failed", () => Ask(cell => cell.Failures()), "{connection}", "Connections whose insertion failed, by cause.");
        meter.CreateObservableGauge(
            "nat.window", () => Ask(cell => cell.Window()), "ns",
            "Time from the last probe to the visible insertion in the run so far, by percentile.");
        return meter;
    }

    private static List<Measurement<T>> Ask<T>(Func<CellMetrics, IEnumerable<Measurement<T>>> question)
        where T : struct
    {
        lock (Gate)
        {
            return [.. Cells.SelectMany(question)];
        }
    }

    /// <summary>A trial in progress.</summary>
    internal readonly struct Followed(CellMetrics cell) : IDisposable
    {
        public void Dispose()
        {
            lock (Gate)
            {
                cell.End();
            }
        }
    }
}
