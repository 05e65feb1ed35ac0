using System.Diagnostics.Metrics;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Racing.Tracing;

/// <summary>
/// The meter <c>NatAllocBench</c>: connections, failed insertions by cause, and window percentiles, by era and mode. Fed once a trial,
/// so that the hot loop pays nothing; <c>dotnet-counters monitor -n NatAllocBench --counters NatAllocBench</c> shows it live.
/// </summary>
public static class RaceMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "NatAllocBench";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Allocations = Meter.CreateCounter<long>(
        "nat.allocations", "{connection}", "Connections that were allocated a port and brought to confirm.");

    private static readonly Counter<long> Failures = Meter.CreateCounter<long>(
        "nat.insert_failed", "{connection}", "Connections whose insertion failed, by cause.");

    private static readonly Gauge<double> Window = Meter.CreateGauge<double>(
        "nat.window", "ns", "Time from the last probe to the visible insertion in the last trial, by percentile.");

    internal static void Add(RaceWorkload workload, TrialResult result)
    {
        var era = new KeyValuePair<string, object?>("era", workload.Era.Name);
        var mode = new KeyValuePair<string, object?>("mode", workload.Mode.Name);
        Allocations.Add(result.Total.Attempts, era, mode);
        AddFailures(FailureCause.KeepPort, result.Total.FailedKeepPort);
        AddFailures(FailureCause.Search, result.Total.FailedSearch);
        AddFailures(FailureCause.Exhausted, result.Total.FailedExhausted);
        AddFailures(FailureCause.Chain, result.Total.FailedChain);
        SetWindow("50", result.Window.P50Ns);
        SetWindow("99", result.Window.P99Ns);

        void AddFailures(FailureCause cause, long count)
        {
            if (count > 0)
            {
                Failures.Add(count, era, mode, new KeyValuePair<string, object?>("cause", cause.Name()));
            }
        }

        void SetWindow(string percentile, double? nanoseconds)
        {
            if (nanoseconds is { } value)
            {
                Window.Record(value, era, mode, new KeyValuePair<string, object?>("percentile", percentile));
            }
        }
    }
}
