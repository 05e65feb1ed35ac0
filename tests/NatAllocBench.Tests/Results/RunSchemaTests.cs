using System.Text;
using System.Text.Json.Nodes;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Validation;
using NatAllocBench.Tests.Repository;

namespace NatAllocBench.Tests.Results;

public sealed class RunSchemaTests
{
    [Fact]
    public void The_file_in_the_repository_is_the_schema_of_the_code() =>
        Assert.Equal(RunSchema.Text(), File.ReadAllText(Path.Combine(RepositoryRoot.Path, "results", RunSchema.FileName)));

    [Fact]
    public void What_is_written_conforms()
    {
        RaceCell missing = new()
        {
            System = "model",
            Era = "4.14",
            Mode = "random",
            Protocol = "tcp",
            Cpus = 2,
            Clients = 10,
            Destinations = 1,
            Missing = "cut",
        };
        RaceCell full = SampleRuns.Cell("default", [10, 10], [1, 2]) with { Delayed = [new(1, 0.15, 0.1, 0.2)] };

        Assert.Empty(Faults(SampleRuns.Race(missing, full)));
        Assert.Empty(Faults(SampleRuns.Exploration(SampleRuns.Explored)));
        Assert.Empty(Faults(SampleRuns.Throughput(SampleRuns.Design("batched", 1e6, 2e6, 3e6))));
    }

    [Theory]
    [InlineData("schemaVersion", "2")]
    [InlineData("command", "\"dance\"")]
    [InlineData("command", "\"throughput\"")]
    [InlineData("completed", null)]
    [InlineData("extra", "1")]
    [InlineData("notes", "[1]")]
    [InlineData("cells/0/rate", "1.5")]
    [InlineData("cells/0/rate", "\"0.5\"")]
    [InlineData("cells/0/portMax", "70000")]
    [InlineData("cells/0/cpus", "0")]
    [InlineData("cells/0/mode", "null")]
    [InlineData("cells/0/mode", null)]
    [InlineData("cells/0/attempts", "-1")]
    [InlineData("cells/0/perTrial/attempts", "[1.5]")]
    public void A_damaged_run_does_not_conform(string path, string? value)
    {
        JsonNode run = JsonNode.Parse(RunFormat.Write(SampleRuns.Race()))!;
        string[] steps = path.Split('/');
        JsonNode parent = steps[..^1].Aggregate(run, (node, step) => int.TryParse(step, out int index) ? node[index]! : node[step]!);
        if (value is null)
        {
            Assert.True(parent.AsObject().Remove(steps[^1]));
        }
        else
        {
            parent[steps[^1]] = JsonNode.Parse(value);
        }

        Assert.NotEmpty(SchemaCheck.Faults(Encoding.UTF8.GetBytes(run.ToJsonString())));
    }

    [Theory]
    [InlineData("cells/0/portMax", "70000", "cells.0.portMax")]
    [InlineData("cells/0/attempts", "-1", "cells.0.attempts")]
    [InlineData("extra", "1", "extra")]
    public void A_fault_names_its_place(string path, string value, string place)
    {
        JsonNode run = JsonNode.Parse(RunFormat.Write(SampleRuns.Race()))!;
        string[] steps = path.Split('/');
        JsonNode parent = steps[..^1].Aggregate(run, (node, step) => int.TryParse(step, out int index) ? node[index]! : node[step]!);
        parent[steps[^1]] = JsonNode.Parse(value);

        Assert.Contains(
            SchemaCheck.Faults(Encoding.UTF8.GetBytes(run.ToJsonString())), fault => fault.Contains(place, StringComparison.Ordinal));
    }

    private static IReadOnlyList<string> Faults(RunRecord run) => SchemaCheck.Faults(RunFormat.Write(run));
}
