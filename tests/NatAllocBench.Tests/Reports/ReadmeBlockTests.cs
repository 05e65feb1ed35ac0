using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.Reports;

public sealed class ReadmeBlockTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("natallocbench-").FullName;
    private readonly string _readme;
    private readonly string _source;

    public ReadmeBlockTests()
    {
        string run = new ResultsStore(Path.Combine(_root, "results")).Publish(SampleRuns.Race());
        _source = Path.GetRelativePath(_root, run).Replace('\\', '/');
        _readme = Path.Combine(_root, "README.md");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_block_is_filled_with_the_runs_table_and_is_current_from_then_on()
    {
        File.WriteAllText(_readme, $"before\n\n<!-- table:begin {_source} -->\nold\n<!-- table:end -->\n\nafter\n");
        Assert.False(ReadmeBlock.IsCurrent(_readme));

        Assert.True(ReadmeBlock.Refresh(_readme));

        string text = File.ReadAllText(_readme);
        Assert.StartsWith("before\n\n<!-- table:begin", text, StringComparison.Ordinal);
        Assert.EndsWith("<!-- table:end -->\n\nafter\n", text, StringComparison.Ordinal);
        Assert.Contains("| 4.14 | default | 2.30 %", text, StringComparison.Ordinal);
        Assert.Contains($"]({_source}/tables.md)", text, StringComparison.Ordinal);
        Assert.DoesNotContain("old", text, StringComparison.Ordinal);
        Assert.True(ReadmeBlock.IsCurrent(_readme));
        Assert.False(ReadmeBlock.Refresh(_readme));
    }

    [Fact]
    public void A_file_without_blocks_is_current_and_stays_as_it_is() =>
        Assert.Equal("no table here\n", ReadmeBlock.Render("no table here\n", _root));

    [Fact]
    public void A_title_chooses_the_table()
    {
        string text = ReadmeBlock.Render($"<!-- table:begin {_source}/run.json#quick --><!-- table:end -->", _root);

        Assert.Contains("random-fully", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_newest_run_of_a_name_is_found_from_a_document_in_another_directory()
    {
        RunRecord<RaceCell> run = SampleRuns.Race();
        string newer = new ResultsStore(Path.Combine(_root, "results")).Publish(run with { StartedUtc = run.StartedUtc.AddDays(1) });
        string docs = Directory.CreateDirectory(Path.Combine(_root, "docs")).FullName;

        string text = ReadmeBlock.Render("<!-- table:begin newest quick --><!-- table:end -->", docs, _root);

        Assert.Contains($"](../{Path.GetRelativePath(_root, newer).Replace('\\', '/')}/tables.md)", text, StringComparison.Ordinal);
        Assert.Equal(text, ReadmeBlock.Render(text, docs, _root));
    }

    [Theory]
    [InlineData("<!-- table:begin newest nothing --><!-- table:end -->", "no such run is published")]
    [InlineData("<!-- table:begin ../outside --><!-- table:end -->", "below the file's directory")]
    [InlineData("<!-- table:begin /etc/passwd --><!-- table:end -->", "below the file's directory")]
    [InlineData("<!-- table:begin results/none --><!-- table:end -->", "results")]
    [InlineData("<!-- table:begin SOURCE#other --><!-- table:end -->", "no such table")]
    [InlineData("<!-- table:begin SOURCE -->", "has no <!-- table:end -->")]
    [InlineData("<!-- table:begin SOURCE --><!-- table:begin SOURCE --><!-- table:end -->", "has no <!-- table:end -->")]
    public void A_wrong_block_is_refused(string markdown, string reason)
    {
        RunFormatException e = Assert.Throws<RunFormatException>(() =>
            ReadmeBlock.Render(markdown.Replace("SOURCE", _source, StringComparison.Ordinal), _root));

        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }
}
