using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.Reports;

/// <summary>Every target has a row; it says what was reached, or that nothing is published.</summary>
public sealed class SpeedTargetsTests : IDisposable
{
    private const string Before = "batched : batched before the short path (SipHash)";

    private readonly string _root = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    private static readonly ThroughputCell[] Sides =
    [
        Cell("kernel-locks", 1.96e6),
        Cell("batched", 10e6),
        Cell("floor", 30e6),
        Cell("c-kernel-siphash", 2e6),
        Cell("boost-siphash", 3e6),
        Cell("dpdk-siphash", 5e6),
        SampleRuns.Design("urcu-wyhash", 1) with
        {
            Missing = "install liburcu-dev", ConnectionsPerSecond = null, ConnectionsPerSecondLow = null, ConnectionsPerSecondHigh = null,
            Best = null, PerRound = null, PingPongNs = null, BytesPerConnection = null,
        },
    ];

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("kernel-locks : the C table of the same era (SipHash)", "at least 1", "0.980", "missed by 2.00 %")]
    [InlineData("batched : the C table of the same era (SipHash)", "at least 3.2", "5.00", "met")]
    [InlineData("batched : the best native peer with SipHash", "at least 2.8", "2.00", "missed by 28.6 %")]
    [InlineData("batched : the floor (SipHash), in time", "at most 2.8", "3.00", "missed by 7.14 %")]
    [InlineData("batched : liburcu (wyhash)", "at least 1.8", "-", "no data: not measured in the run targets")]
    [InlineData("batched : ConcurrentDictionary (HashCode.Combine)", "at least 5", "-", "no data: not measured in the run targets")]
    [InlineData("batched : DPDK bulk at 1M (the faster of CRC32C and SipHash)", "at least 1.8", "-", "no data: no run bulk is published")]
    [InlineData(Before, "at least 1.9", "-", "no data: no run against-commit is published")]
    public void A_row_says_what_was_reached(string ratio, string target, string reached, string result)
    {
        string rounds = reached == "-" ? "-" : "1 (1)";

        Assert.Contains(
            $"| {ratio} | 2 | {target} | {reached} | {reached} | {rounds} | {result} |\n", Block("targets", Sides),
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_rounds_and_processes_are_those_of_the_side_that_has_fewer()
    {
        ThroughputCell batched = SampleRuns.Design("batched", 1e7, 1e7, 1e7);
        ThroughputCell peer = SampleRuns.Design("c-kernel-siphash", 2e6, 2e6);
        ThroughputCell slower = SampleRuns.Design("dpdk-siphash", 1e6);

        string text = Block("targets", batched, peer with { PerRound = peer.PerRound! with { Process = [0, 0] } }, slower);

        Assert.Contains(
            "| batched : the best native peer with SipHash | 2 | at least 2.8 | 5.00 | 5.00 | 2 (1) | met |\n", text,
            StringComparison.Ordinal);
    }

    /// <summary>The first three bounds lie between the least and the greatest ratio that the intervals of both sides allow.</summary>
    [Theory]
    [InlineData("kernel-locks : the C table of the same era (SipHash)", "missed by 2.00 %, within the spread")]
    [InlineData("batched : the C table of the same era (SipHash)", "met, within the spread")]
    [InlineData("batched : the floor (SipHash), in time", "met, within the spread")]
    [InlineData("batched : the best native peer with SipHash", "missed by 56.7 %")]
    [InlineData("batched : Boost (wyhash)", "met")]
    public void A_verdict_that_the_intervals_leave_open_says_so(string ratio, string result)
    {
        string block = Block(
            "targets",
            SampleRuns.Design("kernel-locks", 1.86e6, 1.92e6, 1.96e6, 2.00e6, 2.06e6),
            SampleRuns.Design("batched", 6.00e6, 6.20e6, 6.50e6, 6.80e6, 7.00e6),
            SampleRuns.Design("floor", 17.0e6, 17.5e6, 18.0e6, 18.5e6, 19.0e6),
            SampleRuns.Design("c-kernel-siphash", 1.97e6, 1.99e6, 2.00e6, 2.01e6, 2.03e6),
            SampleRuns.Design("dpdk-siphash", 5.22e6, 5.32e6, 5.36e6, 5.40e6, 5.50e6),
            SampleRuns.Design("boost-wyhash", 1.90e6, 1.95e6, 2.00e6, 2.05e6, 2.10e6));

        string row = Assert.Single(block.Split('\n'), line => line.StartsWith($"| {ratio} | 2 |", StringComparison.Ordinal));
        Assert.EndsWith($"| 5 (5) | {result} |", row, StringComparison.Ordinal);
    }

    [Fact]
    public void A_design_of_another_build_has_its_commit_in_its_name() => Assert.Contains(
        $"| {Before} | 2 | at least 1.9 | 2.25 | 2.25 | 1 (1) | met |\n",
        Block("against-commit", Cell("batched", 9e6), Cell("batched@e2de037713", 4e6), Cell("lock-free@e2de037713", 8e6)),
        StringComparison.Ordinal);

    [Fact]
    public void Bytes_have_a_target_on_one_thread_only()
    {
        string text = Block(
            "growth", Cell("batched", 3e6) with { Threads = 1, Connections = 10_000_000, BytesPerConnection = 84, PingPongNs = null });

        Assert.Contains(
            "| bytes for an IPv4 connection at 10M | 1 | at most 96 | 84.0 | - | 1 (1) | met |\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("| bytes for an IPv4 connection at 10M | 2 |", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_block_links_the_runs_and_names_those_that_are_missing()
    {
        string text = Block("targets", Sides);

        Assert.Matches(@"- \[targets\]\(results/[^)]*/tables\.md\): AMD EPYC", text);
        Assert.Contains("- growth: not published\n", text, StringComparison.Ordinal);
    }

    private string Block(string name, params ThroughputCell[] cells)
    {
        _ = new ResultsStore(Path.Combine(_root, "results")).Publish(SampleRuns.Throughput(cells) with { GivenName = name });
        return ReadmeBlock.Render("<!-- table:begin speed-targets --><!-- table:end -->", _root);
    }

    private static ThroughputCell Cell(string design, double perSecond) => SampleRuns.Design(design, perSecond);
}
