using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.Reports;

public sealed class RunReportTests
{
    [Fact]
    public void The_page_says_where_when_and_how_it_was_measured()
    {
        string page = RunReport.Markdown(SampleRuns.Race());

        Assert.StartsWith("# quick\n", page, StringComparison.Ordinal);
        Assert.Contains("- measured 2026-03-04 23:30 UTC, commit 0123456789\n", page, StringComparison.Ordinal);
        Assert.Contains("- command: NatAllocBench race --preset quick\n", page, StringComparison.Ordinal);
        Assert.Contains("- the governor is powersave\n", page, StringComparison.Ordinal);
        Assert.Contains(FailureRate.ClusteredMethod, page, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unfinished_run_of_a_changed_tree_says_so()
    {
        string page = RunReport.Markdown(SampleRuns.Race() with { Completed = false, Dirty = true });

        Assert.Contains("cut short", page, StringComparison.Ordinal);
        Assert.Contains("with uncommitted changes", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_from_the_run_cannot_become_markup()
    {
        RunRecord<RaceCell> run = SampleRuns.Race() with
        {
            Preset = "<script>",
            Notes = ["![x](y)"],
            Argv = ["|", "`rm`"],
            Machine = SampleRuns.Machine with { Kernel = "</td>\n# big" },
        };

        string page = RunReport.Markdown(run);

        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("</td", page, StringComparison.Ordinal);
        Assert.DoesNotContain("\n# big", page, StringComparison.Ordinal);
        Assert.Contains("\\!\\[x\\](y)", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_is_the_same_after_a_round_trip_through_the_file()
    {
        RunRecord<RaceCell> run = SampleRuns.Race();

        Assert.Equal(RunReport.Markdown(run), RunReport.Markdown(RunFormat.Read(RunFormat.Write(run))));
    }
}
