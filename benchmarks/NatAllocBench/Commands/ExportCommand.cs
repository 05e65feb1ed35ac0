using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using NatAllocBench.Reports.Export;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Validation;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary><c>export</c>: a run in a format that other tools parse.</summary>
internal static class ExportCommand
{
    private static readonly Argument<string> Run = new("run") { Description = "A run." };

    private static readonly Option<string> Format = new("--format")
    {
        Description = "csv, openmetrics, conntrack (the lines of conntrack -S), benchmarkdotnet (full JSON of a throughput run), " +
            "smaller-is-better or bigger-is-better (for benchmark-action).",
        HelpName = "FORMAT",
        Required = true,
    };

    private static readonly Option<int?> Cell = new("--cell")
    {
        Description = "Only this cell of conntrack, counted from 0, without the line that names it.",
        HelpName = "N",
    };

    private static readonly Option<bool> AsNodeExporter = new("--as-node-exporter")
    {
        Description = "Give the counters of openmetrics the names of node_exporter, to try a node's dashboards and alerts.",
    };

    private static readonly Option<string> Out = new("--out")
    {
        Description = "Directory for the files of csv. Default: the current directory.",
        HelpName = "DIR",
        DefaultValueFactory = _ => ".",
    };

    public static Command Create()
    {
        Format.AcceptOnlyFromAmong("csv", "openmetrics", "conntrack", "benchmarkdotnet", "smaller-is-better", "bigger-is-better");
        var command = new Command("export", "Write a run in a format that other tools parse.") { Run, Format, Out, Cell, AsNodeExporter };
        JsonOutput.SetAction(command, Export);
        return command;
    }

    private static Answer Export(ParseResult parsed, TextWriter output)
    {
        string format = parsed.GetValue(Format)!;
        int? cell = parsed.GetValue(Cell);
        bool asNodeExporter = parsed.GetValue(AsNodeExporter);
        if (cell is not null && format != "conntrack")
        {
            throw new UsageException("--cell belongs to --format conntrack; leave it out");
        }

        if (asNodeExporter && format != "openmetrics")
        {
            throw new UsageException("--as-node-exporter belongs to --format openmetrics; leave it out");
        }

        RunRecord run = SoundRun.ReadFile(parsed.GetValue(Run)!);
        if (format == "csv")
        {
            IReadOnlyList<string> files = WriteCsv(run, parsed.GetValue(Out)!, output);
            return Answer.Success(() => JsonOutput.Node(new { format, run = run.Name, files }));
        }

        string text = format switch
        {
            "openmetrics" => OpenMetricsExport.Text(run, asNodeExporter),
            "conntrack" => cell is { } index ? ConntrackExport.Lines(run, index) : ConntrackExport.Text(run),
            "benchmarkdotnet" => BenchmarkDotNetExport.Text(run),
            "smaller-is-better" => BenchmarkActionExport.SmallerIsBetter(run),
            _ => BenchmarkActionExport.BiggerIsBetter(run),
        };
        output.Write(text);
        return Answer.Success(() => format switch
        {
            "openmetrics" => JsonOutput.Node(new
            {
                format,
                run = run.Name,
                metrics = OpenMetricsExport.Metrics(run, asNodeExporter).Select(Data),
            }),
            "conntrack" => JsonOutput.Node(new { format, run = run.Name, cells = ConntrackExport.Cells(run, cell).Select(Data) }),
            _ => JsonOutput.Node(new { format, run = run.Name, document = JsonNode.Parse(text) }),
        });
    }

    private static object Data(Metric metric) => new
    {
        name = metric.Name,
        help = metric.Help,
        samples = metric.Samples.Select(sample => new { labels = sample.Labels.ToDictionary(), value = sample.Value }),
    };

    private static object Data(RaceCell cell) => new
    {
        workload = Workload.Of(cell).Parameters.ToDictionary(),
        cpus = cell.Counters!.Select(cpu => cpu.Named().ToDictionary(counter => counter.Name, counter => counter.Value)),
    };

    private static List<string> WriteCsv(RunRecord run, string directory, TextWriter output)
    {
        OutputPlace.PrepareDirectory(directory, "--out", makeParents: false);
        List<string> files = [];
        foreach ((string name, string text) in CsvExport.Files(run))
        {
            string file = Path.Combine(directory, name);
            AtomicFile.Write(file, Encoding.UTF8.GetBytes(text));
            output.WriteLine(file);
            files.Add(file);
        }

        return files;
    }
}
