using System.Text.Json;
using System.Text.Json.Nodes;

namespace NatAllocBench.Node.Monitoring;

/// <summary>A dashboard for Grafana on the same metrics as the alerts.</summary>
public static class GrafanaDashboard
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Panels: title, query, unit.</summary>
    internal static IReadOnlyList<(string Title, string Query, string Unit)> Panels { get; } =
    [
        ("Share of NAT ports taken, by destination", "natab_ports_used / natab_ports_range", "percentunit"),
        ("Chance that a search fails, by destination", "natab_search_failure_ratio", "percentunit"),
        ("New connections per second, by destination", "natab_new_connections_per_second", "cps"),
        ("insert_failed per second", "rate(node_nf_conntrack_stat_insert_failed[5m])", "cps"),
        ("Race expected per second", "natab_predicted_race_per_second", "cps"),
        ("Table in use", "node_nf_conntrack_entries / node_nf_conntrack_entries_limit", "percentunit"),
        ("Chains too long per second", "rate(natab_chaintoolong_total[5m])", "cps"),
    ];

    /// <summary>The dashboard as JSON for import.</summary>
    public static string Json()
    {
        var panels = new JsonArray();
        foreach ((int index, (string title, string query, string unit)) in Panels.Index())
        {
            panels.Add(new JsonObject
            {
                ["id"] = index + 1,
                ["type"] = "timeseries",
                ["title"] = title,
                ["gridPos"] = new JsonObject { ["h"] = 8, ["w"] = 12, ["x"] = index % 2 * 12, ["y"] = index / 2 * 8 },
                ["fieldConfig"] = new JsonObject
                {
                    ["defaults"] = new JsonObject { ["unit"] = unit, ["min"] = 0 },
                    ["overrides"] = new JsonArray(),
                },
                ["targets"] = new JsonArray(new JsonObject { ["refId"] = "A", ["expr"] = query }),
            });
        }

        var dashboard = new JsonObject
        {
            ["title"] = "NAT ports and conntrack",
            ["uid"] = "natallocbench-node",
            ["schemaVersion"] = 39,
            ["time"] = new JsonObject { ["from"] = "now-6h", ["to"] = "now" },
            ["panels"] = panels,
        };
        return dashboard.ToJsonString(Indented) + "\n";
    }
}
