using NatAllocBench.Reports;
using NatAllocBench.Reports.Comparison;
using NatAllocBench.Reports.Documents;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.Reports;

/// <summary>A store with a machine of 64 CPUs, ten of one name, runs of a dirty tree and a hostile name.</summary>
public sealed class ManyMachinesTests : IDisposable
{
    private const string Hostile = "<script>alert(1)</script>| ../../x `rm` \u001b[31m";
    private readonly string _root = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void All_are_listed_and_told_apart_and_a_hostile_name_is_harmless()
    {
        string[] machines = Plant();

        CommandResult published = ResultsIndex.Publish(_root);

        Assert.True(published.ExitCode == 0, published.Error);
        Assert.Equal(12, machines.Distinct().Count());
        string index = File.ReadAllText(Path.Combine(_root, ResultsIndex.FileName));
        Assert.All(machines, machine => Assert.Contains($"## {machine}\n", index, StringComparison.Ordinal));
        Assert.Contains("uncommitted", index, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", index, StringComparison.Ordinal);
        string page = File.ReadAllText(Path.Combine(_root, "index.html"));
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.All(
            Directory.EnumerateDirectories(_root).Select(Path.GetFileName), name => Assert.Matches("^[a-z0-9.-]+$", name!));
    }

    [Fact]
    public void A_matrix_of_many_has_a_row_per_machine_and_begins_with_the_workload_that_all_have()
    {
        string[] machines = Plant();

        CommandResult matrix = MatrixCommand.Run([.. machines.Select(machine => Path.Combine(_root, machine))]);

        Assert.True(matrix.ExitCode == 0, matrix.Error);
        string text = MarkdownDocument.Render(matrix.Document!);
        string[] lines = text.Split('\n');
        string heading = lines.First(line => line.StartsWith("| run |", StringComparison.Ordinal));
        string first = lines[Array.IndexOf(lines, heading) + 2];
        Assert.Contains("series fixed pair", heading, StringComparison.Ordinal);
        Assert.StartsWith("| A | 2.", first, StringComparison.Ordinal);
        Assert.StartsWith("| L |", lines[Array.IndexOf(lines, heading) + 13], StringComparison.Ordinal);
    }

    [Fact]
    public void Machines_of_64_and_of_2_CPUs_share_the_cell_of_the_fixed_pair()
    {
        string[] machines = Plant();

        CommandResult compared = CompareCommand.Run(
            [Path.Combine(_root, machines[0]), Path.Combine(_root, machines[1])], new ComparisonOptions());

        Assert.True(compared.ExitCode == 0, compared.Error);
        string text = MarkdownDocument.Render(compared.Document!);
        Assert.Contains("series fixed pair", text, StringComparison.Ordinal);
        Assert.Contains("Only in A", text, StringComparison.Ordinal);
    }

    private string[] Plant()
    {
        var store = new ResultsStore(_root);
        List<MachineFacts> machines = [Machine(64, "shared by 16")];
        machines.AddRange(Enumerable.Range(1, 10).Select(i => Machine(2, $"shared by {i}")));
        machines.Add(Machine(2, "shared by 2") with { CpuModel = Hostile });
        foreach (MachineFacts machine in machines)
        {
            RaceCell cell = SampleRuns.Cell("default", [1000, 1000, 1000], [20, 25, 24]);
            RaceCell loses = cell with { Cpus = machine.Cores, Series = "who loses" };
            _ = store.Publish(SampleRuns.Race(loses, cell with { Cpus = 2, Series = "fixed pair" }) with
            {
                Machine = machine,
                Dirty = true,
            });
        }

        return [.. machines.Select(MachineIdentity.Of)];
    }

    private static MachineFacts Machine(int cpus, string cache) => SampleRuns.Machine with
    {
        Cores = cpus,
        Facts = new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            ["cpu"] = new Dictionary<string, string> { ["logical CPUs"] = $"{cpus}" },
            ["caches"] = new Dictionary<string, string> { ["L3 Unified"] = cache },
        },
    };
}
