using System.Text;
using NatAllocBench.Node.Diagnosing;
using NatAllocBench.Node.Privacy;
using Prometheus;

namespace NatAllocBench.Node.Monitoring;

/// <summary>Metrics for the textfile collector of node_exporter, which has none per destination.</summary>
internal static class NodeTextfile
{
    private const int MostDestinations = 50;

    /// <summary>Gauges of the fullest destinations and of the expected losses.</summary>
    public static string Of(Diagnosis diagnosis)
    {
        // A name in order of appearance would be another address in the next run, and one series of the monitoring that of several.
        var names = new AddressNames(keepAddresses: true);
        CollectorRegistry registry = Metrics.NewCustomRegistry();
        MetricFactory metrics = Metrics.WithCustomRegistry(registry);
        DestinationReport[] destinations = [.. diagnosis.Destinations.Take(MostDestinations)];
        PerDestination("natab_ports_used", "NAT ports taken towards a destination.", destination => destination.Used);
        PerDestination("natab_ports_range", "NAT ports that a destination can use.", destination => destination.Limits.Ports);
        PerDestination("natab_search_failure_ratio", "Chance that one search for a port fails.",
            destination => destination.Search.Failure);
        PerDestination("natab_new_connections_per_second", "New connections per second to a destination.",
            destination => destination.Rate?.Value ?? 0);
        metrics.CreateGauge(
            "natab_predicted_race_per_second",
            "Connections per second that the race between allocation and insertion is expected to lose.")
            .Set(diagnosis.RacePerSecond.Value);
        if (diagnosis.Files.Counters is { } counters && counters.Has("chaintoolong"))
        {
            metrics.CreateCounter("natab_chaintoolong_total", "Insertions refused because a chain was too long.")
                .IncTo(counters["chaintoolong"]);
        }

        using var text = new MemoryStream();
        registry.CollectAndExportAsTextAsync(text).GetAwaiter().GetResult();
        return Encoding.UTF8.GetString(text.ToArray());

        void PerDestination(string name, string help, Func<DestinationReport, double> value)
        {
            Gauge gauge = metrics.CreateGauge(name, help, "destination");
            foreach (DestinationReport destination in destinations)
            {
                gauge.WithLabels(DiagnosisReport.Name(destination.Destination, names)).Set(value(destination));
            }
        }
    }
}
