using NatAllocBench.Reports.Export;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Validation;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.Reports;

public class ComparisonCellTests
{
    internal static readonly ComparisonCell Sound = new()
    {
        System = "linux-6.18.1",
        Experiment = "race",
        Quantity = "insert_failed per connection (%)",
        Era = "6.18",
        Mode = "default",
        Protocol = "tcp",
        Parameters = "range 16",
        Kernel = 1.5,
        KernelLow = 1.25,
        KernelHigh = 1.75,
        KernelCount = 20_000,
        Model = 2.0,
        ModelMethod = "enumerated",
        Difference = -0.5,
        Agrees = false,
        Test = "model inside the kernel's 95 % interval",
    };

    [Fact]
    public void A_comparison_is_read_as_it_was_written()
    {
        var run = Assert.IsType<RunRecord<ComparisonCell>>(RunFormat.Read(RunFormat.Write(Run(Sound))));
        Assert.Equal(Sound, Assert.Single(run.Cells));
        Assert.Empty(RunValidator.Check(run, run.StartedUtc));
    }

    [Fact]
    public void A_comparison_says_no_where_kernel_and_model_differ()
    {
        ResultTable table = Assert.Single(RunTables.Build(Run(Sound)));
        Assert.Contains("NO", Assert.Single(table.Rows));
        Assert.Contains("1.50 [1.25, 1.75]", table.Rows[0]);
        Assert.Contains("-0.5", CsvExport.Files(Run(Sound))["cells.csv"], StringComparison.Ordinal);
    }

    [Fact]
    public void The_repetitions_of_a_recorded_kernel_pass_for_no_interval_and_its_zero_for_no_bound()
    {
        ComparisonCell recorded = Sound with { Experiment = ComparisonCell.RecordedKernels };
        ComparisonCell none = recorded with { Kernel = 0, KernelLow = 0, KernelHigh = 0.015, Difference = -2, Agrees = null };

        ResultTable table = Assert.Single(RunTables.Build(Run(recorded)));
        Assert.Contains("kernel [repetitions]", table.Columns.Select(column => column.Heading));
        Assert.DoesNotContain("kernel [95 %]", table.Columns.Select(column => column.Heading));
        Assert.Contains("kernel [95 %]", Assert.Single(RunTables.Build(Run(Sound))).Columns.Select(column => column.Heading));
        Assert.Contains("0 (< 0.0150)", Assert.Single(RunTables.Build(Run(none))).Rows[0]);
        Assert.Contains("0", Assert.Single(RunTables.Build(Run(none with { KernelHigh = 0 }))).Rows[0]);
    }

    [Fact]
    public void A_comparison_that_contradicts_itself_is_refused()
    {
        ComparisonCell[] broken =
        [
            Sound with { Difference = 0.5 },
            Sound with { Test = null },
            Sound with { KernelLow = 1.6 },
            Sound with { Kernel = null, Difference = null },
            Sound with { Missing = "refused" },
        ];
        Assert.All(broken, cell => Assert.NotEmpty(RunValidator.Check(Run(cell), DateTimeOffset.UtcNow)));
    }

    internal static RunRecord<ComparisonCell> Run(ComparisonCell cell) => new()
    {
        Seeds = [1],
        Command = "kernel-compare",
        StartedUtc = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Completed = true,
        Machine = SampleRuns.Machine,
        Cells = [cell],
    };
}
