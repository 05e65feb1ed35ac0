using NatAllocBench.Reports;
using NatAllocBench.Reports.Charts;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Platform;

namespace NatAllocBench.Tests.CommandLine;

/// <summary><c>race --system</c> and <c>race --preset prices</c> as processes.</summary>
[Collection(Alone.Name)]
public sealed class SystemRaceTests : IDisposable
{
    private static readonly string[] Short = ["--max-trials", "3", "--connections", "400", "--seed", "5"];
    private readonly string _directory = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_race_of_systems_is_a_run_like_any_other()
    {
        string json = Path.Combine(_directory, "run.json");

        ProgramRun run = ProgramRun.Of(
            ["--system", "ovs-3.3,netfilter-6.12,libalias-12,cilium-1.15", "--modes", "default,stripes", "--ports", "own,1024-65535",
                "--out", _directory, "--json", json, "--strict", .. Short]);

        var read = Assert.IsType<RunRecord<RaceCell>>(RunFormat.ReadFile(json));
        bool isDisturbed = read.Cells.Any(cell => cell.Missing?.StartsWith("disturbed", StringComparison.Ordinal) == true);
        Assert.Equal(isDisturbed ? 1 : 0, run.ExitCode);
        Assert.Equal("systems", read.Preset);
        string published = Assert.Single(new ResultsStore(_directory).RunDirectories());
        CommandResult check = ValidateCommand.Run([published], DateTimeOffset.UtcNow);
        Assert.True(check.ExitCode == 0, check.Output + check.Error);

        // The same range for own and common is one cell: 4 systems, 2 modes, 2 ranges, less ovs and netfilter twice.
        Assert.Equal(12, read.Cells.Count);
        Assert.All(
            read.Cells.Where(cell => cell is { System: "ovs", Mode: "stripes" }),
            cell => Assert.Equal("the system has no mode stripes", cell.Missing));
        Assert.Equal(
            "its ports are 32768-65535 and cannot be set",
            read.Cells.Single(cell => cell is { System: "libalias", Mode: "default", PortMin: 1024 }).Missing);
        foreach (RaceCell cell in read.Cells.Where(cell => cell.Missing is null))
        {
            Assert.Equal(cell.Attempts, cell.Confirmed + cell.FailedKeepPort + cell.FailedSearch + cell.FailedExhausted);
            Assert.Equal(cell.Trials, cell.PerTrial!.Overlap!.Share.Count);
            if (cell.System == "ovs")
            {
                Assert.Equal(0, cell.FailedKeepPort + cell.FailedSearch);
            }
        }
    }

    [Fact]
    public void The_price_list_has_its_tables_and_charts()
    {
        ProgramRun run = ProgramRun.Of(
            "--preset", "prices", "--system", "npf-2024,netfilter-6.12,vpp-26.06", "--seconds", "3", "--max-trials", "3", "--out",
            _directory);

        string published = Assert.Single(new ResultsStore(_directory).RunDirectories());
        CommandResult check = ValidateCommand.Run([published], DateTimeOffset.UtcNow);
        Assert.True(check.ExitCode == 0, check.Output + check.Error);
        var read = Assert.IsType<RunRecord<ScenarioCell>>(RunFormat.ReadFile(published));
        Assert.True(run.ExitCode is 0 or 1, run.Error);
        Assert.Equal(
            [
                "lost and refused", "cost", "what an operator gets", "on ports 1024 to 65535", "100 destinations", "lost against rate",
                "more addresses and destinations",
            ],
            RunTables.Build(read).Select(table => table.Title));
        Assert.Contains(RunCharts.Build(read), chart => chart.FileName == "prices-refused-occupancy.svg");
        ScenarioCell vpp = read.Cells.Single(cell => cell is { Table: "lost and refused", Era: "26.06" });
        Assert.InRange(vpp.Figures.Single(figure => figure.Name == "refused at 90 %").Measured, 0.32, 0.38);
        Assert.Equal(
            ["default", "random", "random-fully", "stripes", "reallocate", "reserve", "default, 4 addresses", "default, 100 destinations"],
            read.Cells.Where(cell => cell is { Table: "lost and refused", Era: "6.12" }).Select(cell => cell.Mode));

        // A port of NPF is for all destinations: the same load refuses alike on one and on a hundred.
        ScenarioCell npf = read.Cells.Single(cell => cell is { Table: "100 destinations", Era: "2024" });
        Assert.Equal("all destinations", npf.Parameters["a port is for"]);
    }

    [Theory]
    [InlineData("--system nope: unknown; choose from", "--system", "nope")]
    [InlineData("--system ", "--system", "")]
    [InlineData("--modes banana: no system has it; choose from default", "--system", "ovs-3.3", "--modes", "banana")]
    [InlineData("nothing can be measured: libalias-12: its ports are 32768-65535", "--system", "libalias-12", "--ports", "1024-65535")]
    [InlineData("leave --eras out", "--system", "ovs-3.3", "--eras", "6.12")]
    [InlineData("--ports 9-1", "--system", "ovs-3.3", "--ports", "9-1")]
    [InlineData("at most", "--system", "ovs-3.3", "--occupancy", "1", "--destinations", "65536")]
    [InlineData("--source-ports fixed", "--system", "ovs-3.3", "--source-ports", "fixed")]
    [InlineData("--preset prices has workloads of its own: leave --modes out", "--preset", "prices", "--modes", "default")]
    public void Bad_input_gets_one_line(string expected, params string[] args)
    {
        ProgramRun run = ProgramRun.Here(["race", "--no-save", .. args]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }
}
