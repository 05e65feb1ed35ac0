using NatAllocBench.Contenders;
using NatAllocBench.Contenders.Native;
using NatAllocBench.Racing.Throughput;
using NatAllocBench.Reports.Answers;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.Reports;

/// <summary>What no kernel does is marked wherever its figures are shown, and every ratio names the hash.</summary>
public class DesignNamesTests
{
    private static readonly RunRecord<ThroughputCell> Run = SampleRuns.Throughput(
        SampleRuns.Design("batched", 10e6), SampleRuns.Design("batched-wyhash", 12e6), SampleRuns.Design("urcu-siphash", 2e6),
        SampleRuns.Design("urcu-wyhash", 5e6), SampleRuns.Design("ConcurrentDictionary", 1e6));

    [Fact]
    public void Exactly_the_what_if_designs_are_marked()
    {
        TableDesign[] whatIf = [.. TableDesign.WhatIf, .. TableDesign.FastHashed];
        TableDesign[] others =
        [
            .. TableDesign.OfTheModel, .. TableDesign.OtherLocks, .. TableDesign.OnOrderedSlots, .. TableDesign.OnGeneralPath,
            .. TableDesign.Floors, .. ContenderCatalog.All,
        ];

        Assert.All(whatIf, design => Assert.Equal($"{design.Name} (no kernel does this)", ThroughputTables.Label(design.Name)));
        Assert.All(
            others.Select(design => design.Name).Concat(NativeCatalog.Names), name => Assert.Equal(name, ThroughputTables.Label(name)));
    }

    [Fact]
    public void The_mark_is_on_the_screen_and_on_the_page_of_the_run()
    {
        const string Marked = "batched-wyhash (no kernel does this)";

        Assert.Contains(MainTables.Of(Run)[0].Rows, row => row[0] == Marked);
        Assert.Contains($"| {Marked} | ", RunReport.Markdown(Run), StringComparison.Ordinal);
        Assert.Contains(RunAnswer.Of(Run).SelectMany(section => section.Lines), line => line.Contains(Marked, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("batched", "the kernel's")]
    [InlineData("batched-wyhash", "wyhash")]
    [InlineData("urcu-siphash", "SipHash")]
    [InlineData("dpdk-bulk-crc32c", "CRC32C")]
    [InlineData("ConcurrentDictionary", "HashCode.Combine")]
    [InlineData("Dictionary+lock", "HashCode.Combine")]
    public void A_ratio_names_the_hash(string design, string hash)
    {
        string root = Directory.CreateTempSubdirectory("natallocbench-").FullName;
        try
        {
            RunRecord run = SampleRuns.Throughput(
                SampleRuns.Design("tbb-siphash", 1e6), SampleRuns.Design("floor", 2e7), SampleRuns.Design("lock-free", 5e6),
                SampleRuns.Design(design, 10e6));
            _ = new ResultsStore(Path.Combine(root, "results")).Publish(run);

            string text = ReadmeBlock.Render("<!-- table:begin ratios newest throughput --><!-- table:end -->", root);

            Assert.Contains("| design | hash | ns for a connection |", text, StringComparison.Ordinal);
            Assert.Contains($"| {ThroughputTables.Label(design)} | {hash} | 200 |", text, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public void The_price_of_SipHash_has_a_row_for_every_design_with_both_hashes()
    {
        ResultTable table = MainTables.Of(Run)[1];

        Assert.Equal("price of SipHash", table.Title);
        Assert.Equal(["design", "ns with SipHash", "ns with the fast hash", "fast : SipHash (best)"],
            table.Columns.Select(column => column.Heading));
        Assert.Equal(
            [["batched-wyhash (no kernel does this)", "200", "167", "1.20 (1.20)"], ["urcu-wyhash", "1,000", "400", "2.50 (2.50)"]],
            table.Rows.Select(row => row.ToArray()));
        Assert.Contains("## price of SipHash", RunReport.Markdown(Run), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_with_one_hash_has_no_such_table() =>
        Assert.Single(RunTables.Build(SampleRuns.Throughput(SampleRuns.Design("batched", 10e6), SampleRuns.Design("floor", 2e7))));
}
