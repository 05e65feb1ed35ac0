using System.Diagnostics;
using System.Text.Json;
using NatAllocBench.Node.Answers;
using NatAllocBench.Node.Diagnosing;
using NatAllocBench.Node.Monitoring;

namespace NatAllocBench.Tests.Node;

public sealed class MonitoringTests : IDisposable
{
    private const string RuleTest = """
        rule_files: [rules.yml]
        evaluation_interval: 1m
        tests:
          - interval: 1m
            input_series:
              - {series: 'node_nf_conntrack_stat_insert_failed{instance="a"}', values: '0+60x30'}
              - {series: 'natab_predicted_race_per_second{instance="a"}', values: '0.1x30'}
              - {series: 'natab_ports_used{instance="a",destination="s"}', values: '950x30'}
              - {series: 'natab_ports_range{instance="a",destination="s"}', values: '1000x30'}
              - {series: 'node_nf_conntrack_entries{instance="a"}', values: '90x30'}
              - {series: 'node_nf_conntrack_entries_limit{instance="a"}', values: '100x30'}
              - {series: 'natab_chaintoolong_total{instance="a"}', values: '0+5x30'}
              - {series: 'node_nf_conntrack_stat_insert_failed{instance="b"}', values: '0+60x30'}
              - {series: 'natab_predicted_race_per_second{instance="b"}', values: '0.4x30'}
              - {series: 'node_nf_conntrack_entries{instance="b"}', values: '70x30'}
              - {series: 'node_nf_conntrack_entries_limit{instance="b"}', values: '100x30'}
              - {series: 'natab_chaintoolong_total{instance="b"}', values: '5x30'}
              - {series: 'natab_ports_used{instance="b",destination="s"}', values: '850x30'}
              - {series: 'natab_ports_range{instance="b",destination="s"}', values: '1000x30'}
            promql_expr_test:
              - expr: count by (alertname, instance) (ALERTS{alertstate="firing"})
                eval_time: 25m
                exp_samples:
                  - {labels: '{alertname="NatInsertFailedBeyondRace", instance="a"}', value: 1}
                  - {labels: '{alertname="NatPortsNearlyUsedUp", instance="a"}', value: 1}
                  - {labels: '{alertname="NatTableNearlyFull", instance="a"}', value: 1}
                  - {labels: '{alertname="NatChainsTooLong", instance="a"}', value: 1}

        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("natab-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [PromtoolFact]
    public void Promtool_accepts_the_alerts_and_they_fire_when_they_should_and_only_then()
    {
        File.WriteAllText(Path.Combine(_directory, "rules.yml"), PrometheusAlerts.Rules);
        File.WriteAllText(Path.Combine(_directory, "test.yml"), RuleTest);
        Promtool("check", "rules", "rules.yml");
        Promtool("test", "rules", "test.yml");
    }

    [PromtoolFact]
    public void Promtool_accepts_every_query_of_the_dashboard()
    {
        JsonElement panels = JsonDocument.Parse(GrafanaDashboard.Json()).RootElement.GetProperty("panels");
        IEnumerable<string> queries = panels.EnumerateArray().Select(panel =>
            panel.GetProperty("targets")[0].GetProperty("expr").GetString()!);
        string rules = string.Concat(queries.Select((query, i) => $"      - record: panel:query:{i}\n        expr: {query}\n"));
        File.WriteAllText(Path.Combine(_directory, "panels.yml"), $"groups:\n  - name: panels\n    rules:\n{rules}");
        Promtool("check", "rules", "panels.yml");
    }

    [PromtoolFact]
    public void Promtool_accepts_the_textfile()
    {
        string metrics = NodeAnswer.Of([Sample.Path("L.txt"), Sample.Path("S.txt")], [], new DiagnoseOptions { Kernel = "6.18" }).Textfile;
        Assert.Contains("natab_ports_used{destination=\"192.0.2.2:8080 tcp 192.0.2.1\"} 3", metrics, StringComparison.Ordinal);
        PromtoolReads(metrics, "check", "metrics");
    }

    /// <summary>A name in order of appearance would be another address in the next run.</summary>
    [Fact]
    public void A_series_of_the_textfile_is_one_address_in_all_runs()
    {
        string[] lines = Sample.Text("L.txt").Split('\n');
        string[] later = [.. Enumerable.Reverse(lines), lines[0].Replace("192.0.2.2", "192.0.2.3", StringComparison.Ordinal)];
        var on618 = new DiagnoseOptions { Kernel = "6.18" };
        string list = Path.Combine(_directory, "list");
        File.WriteAllLines(list, later);
        string[] Series(string path) =>
        [
            .. NodeAnswer.Of([path], [], on618).Textfile.Split('\n')
                .Where(line => line.StartsWith("natab_ports_used{", StringComparison.Ordinal)),
        ];
        string[] now = Series(Sample.Path("L.txt"));
        Assert.NotEmpty(now);
        Assert.Subset(Series(list).ToHashSet(), now.ToHashSet());
        Assert.All(now, line => Assert.Contains("destination=\"192.0.2.2:", line, StringComparison.Ordinal));
    }

    private void Promtool(params string[] arguments) => PromtoolReads("", arguments);

    private void PromtoolReads(string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("promtool", arguments)
        {
            WorkingDirectory = _directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"promtool {string.Join(' ', arguments)}: {output}{error.Result}");
    }
}

/// <summary>A test that needs promtool of the Debian package prometheus.</summary>
internal sealed class PromtoolFactAttribute : FactAttribute
{
    public PromtoolFactAttribute()
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(directory =>
            File.Exists(Path.Combine(directory, "promtool"))))
        {
            Skip = "promtool is not installed";
        }
    }
}
