using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Commands;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Prices;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Reports;
using NatAllocBench.Reports.Charts;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Platform;
using NatAllocBench.Tests.Results;

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
                "--out", _directory, "--json", json, "--strict", "--uncalibrated", .. Short]);

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
    public void The_price_list_is_a_run_like_any_other()
    {
        ProgramRun run = ProgramRun.Of(
            "--preset", "prices", "--system", "npf-2024", "--seconds", "1", "--max-trials", "1", "--out", _directory);

        Assert.True(run.ExitCode is 0 or 1, run.Error);
        string published = Assert.Single(new ResultsStore(_directory).RunDirectories());
        CommandResult check = ValidateCommand.Run([published], DateTimeOffset.UtcNow);
        Assert.True(check.ExitCode == 0, check.Output + check.Error);
        var read = Assert.IsType<RunRecord<ScenarioCell>>(RunFormat.ReadFile(published));
        Assert.Contains("60 fills, 100 connections each", string.Join(' ', read.Notes), StringComparison.Ordinal);

        // A port of NPF is for all destinations: the same load refuses alike on one and on a hundred.
        ScenarioCell npf = read.Cells.Single(cell => cell.Table == "100 destinations");
        Assert.Equal("all destinations", npf.Parameters["a port is for"]);
    }

    /// <summary>With a tenth of the fills: how often a system refuses, RefusalCurveTests hold against the system's own figures.</summary>
    [Fact]
    public void The_price_list_has_its_tables_and_charts()
    {
        IReadOnlyList<AllocatorSystem> systems = SystemPlan.Named(AllocatorSet.Program, "npf-2024,netfilter-6.12,vpp-26.06");
        var list = new PriceList(systems, CpuSet.Allowed(), seed: 1) { Fills = 6 };

        _ = list.Measure(new RaceLimits(0.1, 0.1, MinTrials: 1, MaxTrials: 1, Seconds: 2), _ => { }, CancellationToken.None);

        RunRecord<ScenarioCell> run = new()
        {
            Command = "scenario",
            Preset = PriceList.Name,
            StartedUtc = DateTimeOffset.UtcNow,
            Completed = true,
            Machine = SampleRuns.Machine,
            Cells = list.Cells(),
        };
        Assert.Equal(
            [
                "lost and refused", "cost", "what an operator gets", "on ports 1024 to 65535", "100 destinations", "lost against rate",
                "more addresses and destinations",
            ],
            RunTables.Build(run).Select(table => table.Title));
        Assert.Contains(RunCharts.Build(run), chart => chart.FileName == "prices-refused-occupancy.svg");
        ScenarioCell vpp = run.Cells.Single(cell => cell is { Table: "lost and refused", Era: "26.06" });

        // 0.9^10 = 0.35, four standard errors of a share of 600 to each side.
        Assert.InRange(vpp.Figures.Single(figure => figure.Name == "refused at 90 %").Measured, 0.27, 0.43);
        Assert.Equal(
            ["default", "random", "random-fully", "stripes", "reallocate", "reserve", "default, 4 addresses", "default, 100 destinations"],
            run.Cells.Where(cell => cell is { Table: "lost and refused", Era: "6.12" }).Select(cell => cell.Mode));
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
