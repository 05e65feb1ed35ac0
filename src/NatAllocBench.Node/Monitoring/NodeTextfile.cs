using System.Globalization;
using System.Text;
using NatAllocBench.Node.Diagnosing;
using NatAllocBench.Node.Privacy;

namespace NatAllocBench.Node.Monitoring;

/// <summary>Metrics for the textfile collector of node_exporter, which has none per destination.</summary>
internal static class NodeTextfile
{
    private const int MostDestinations = 50;

    /// <summary>Gauges of the fullest destinations and of the expected losses.</summary>
    public static string Of(Diagnosis diagnosis, AddressNames names)
    {
        var text = new StringBuilder();
        DestinationReport[] destinations = [.. diagnosis.Destinations.Take(MostDestinations)];
        Gauge("natab_ports_used", "NAT ports taken towards a destination.", destination => destination.Used);
        Gauge("natab_ports_range", "NAT ports that a destination can use.", destination => destination.Limits.Ports);
        Gauge("natab_search_failure_ratio", "Chance that one search for a port fails.", destination => destination.Search.Failure);
        Gauge("natab_new_connections_per_second", "New connections per second to a destination.", destination =>
            destination.Rate?.Value ?? 0);
        Single("natab_predicted_race_per_second",
            "Connections per second that the race between allocation and insertion is expected to lose.",
            diagnosis.RacePerSecond.Value);
        if (diagnosis.Files.Counters is { } counters && counters.Has("chaintoolong"))
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP natab_chaintoolong_total Insertions refused because a chain was too long.\n")
                .Append(CultureInfo.InvariantCulture, $"# TYPE natab_chaintoolong_total counter\nnatab_chaintoolong_total "
                    + $"{counters["chaintoolong"]}\n");
        }

        return text.ToString();

        void Gauge(string name, string help, Func<DestinationReport, double> value)
        {
            Head(name, help);
            foreach (DestinationReport destination in destinations)
            {
                text.Append(CultureInfo.InvariantCulture,
                    $"{name}{{destination=\"{DiagnosisReport.Name(destination.Destination, names)}\"}} {value(destination):R}\n");
            }
        }

        void Single(string name, string help, double value)
        {
            Head(name, help);
            text.Append(CultureInfo.InvariantCulture, $"{name} {value:R}\n");
        }

        void Head(string name, string help) =>
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} gauge\n");
    }
}
