using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Node;
using NatAllocBench.Tests.Repository;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.CommandLine;

/// <summary>A command line of every command that measures nothing, with the files that it names.</summary>
internal sealed class SampleCommands : IDisposable
{
    private const string OneCell = "--eras 6.12 --designs kernel-locks --scenario keep-port --memory sc";

    private readonly string _vectors;

    public SampleCommands()
    {
        Results = Directory.CreateTempSubdirectory("natallocbench-").FullName;
        Run = new ResultsStore(Results).Publish(SampleRuns.Race());
        _vectors = Directory.CreateDirectory(Path.Combine(Results, "vectors")).FullName;
        File.WriteAllText(Path.Combine(_vectors, "reciprocal_scale.jsonl"), "{\"id\":\"rs-0\",\"value\":0,\"range\":3,\"result\":0}\n");
    }

    /// <summary>Command lines without <c>--json</c>, and members that their documents have.</summary>
    public static TheoryData<string, string> Samples => new()
    {
        { "scenario --list", "name,summary" },
        { "dump --connections 12 --eras 4.14", "era,entries,cpus" },
        { $"explore {OneCell} --connections 2 --replay sc2:0*400.1*400", "schedule,outcome,isExact,steps" },
        { "explore --list", "scenarios,designs,geometries,mutants" },
        { "explore --bug claim-second-unchecked", "mutants" },
        { "verify --vectors {vectors} --designs kernel-locks", "passed,failed,skipped" },
        { "eras --kernel 6.12.10", "kernel,era" },
        { "allocators", "name" },
        { "plan --rate 1k --table 1M --addresses 4 --mode random-fully", "rows,target" },
        { "predict --cpu-count 2 --eras 4.14 --modes default --rate 1k --window 300ns --results {published}", "costs,rows" },
        { "diagnose --before {busy}/before --after {busy}/after --interval 60s", "hasFinding" },
        { "replay {log} --era 6.12 --seeds 2", "rows" },
        { "trace overhead --seconds 0.1", "rounds,ways" },
        { "show {run}", "cells,machine" },
        { "completion zsh", "shell,script,install" },
        { "validate {run}", "passed,failed,runs" },
        { "compare {run} {run}", "tables" },
        { "matrix {run}", "tables" },
        { "publish {results}", "published,written,pages" },
        { "publish {results} --check", "stale,pages" },
        { "export {run} --format openmetrics", "format,metrics" },
        { "export {run} --format smaller-is-better", "format,document" },
        { "export {run} --format csv --out {results}", "format,files" },
    };

    /// <summary>The command lines alone.</summary>
    public static TheoryData<string> Lines => [.. Samples.Select(sample => (string)sample[0])];

    /// <summary>A directory of published runs.</summary>
    public string Results { get; }

    /// <summary>The run in it.</summary>
    public string Run { get; }

    public void Dispose() => Directory.Delete(Results, recursive: true);

    /// <summary>The words of a command line of <see cref="Samples"/>, with the names of files in it.</summary>
    public string[] Words(string commandLine) =>
    [
        .. commandLine.Split(' ').Select(word => word
            .Replace("{run}", Run, StringComparison.Ordinal)
            .Replace("{results}", Results, StringComparison.Ordinal)
            .Replace("{published}", Path.Combine(RepositoryRoot.Path, "results"), StringComparison.Ordinal)
            .Replace("{vectors}", _vectors, StringComparison.Ordinal)
            .Replace("{busy}", Sample.Path("busy"), StringComparison.Ordinal)
            .Replace("{log}", Sample.Path("ev.txt"), StringComparison.Ordinal)),
    ];
}
