using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Platform;

namespace NatAllocBench.Tests.CommandLine;

[Collection(Alone.Name)]
public sealed class CalibrateCompareTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_pair_is_measured_counted_and_stored_with_the_machine()
    {
        ProgramRun run = ProgramRun.Of(
            "calibrate-compare", "--pairs", "1", "--runs", "1", "--process-seconds", "0.6", "--cpus", "0-0", "--machine", "lab", "--out",
            _root, "--json");

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        JsonNode answer = JsonNode.Parse(run.Output)!;
        Assert.Equal((1, 1), ((int)answer["pairs"]!, (int)answer["pairsAsked"]!));
        Assert.Equal(Path.Combine(_root, "lab", ComparisonErrors.FileName), (string?)answer["file"]);
        Assert.Equal(10, answer["errors"]!["counts"]!.AsArray().Count);
        ComparisonErrors errors = ComparisonErrorsFile.Read(Path.Combine(_root, "lab", ComparisonErrors.FileName));
        string[] figures = ["race speed", "race rate", "race rate, rover era", "throughput speed, 1 thread", ErrorCount.Family];
        Assert.Equal(
            [.. figures.Select(figure => (figure, "A B B A")), .. figures.Select(figure => (figure, "A A B B"))],
            errors.Counts.Select(c => (c.Figure, c.Order)));
        Assert.All(errors.Counts, count => Assert.Equal(1, count.Pairs));
        // One CPU loses no connection, so no window makes it lose more; how much slower the rest became was measured. A busy machine may
        // disturb one of the two, or both, and then has judged none.
        ErrorCount[] speeds = [.. errors.Counts.Where(count => count.Figure.Contains("speed", StringComparison.Ordinal))];
        Assert.NotEmpty(speeds);
        Assert.True(speeds.Any(count => count.PutIn is not null) || speeds.All(count => count.Judged() == 0));
        Assert.Matches(
            @"false verdicts[\s\S]*\nAnswer +1 pairs[\s\S]*wrong verdicts, counted on this machine[\s\S]*\nFile +"
            + $@"{Regex.Escape(Path.Combine(_root, "lab", ComparisonErrors.FileName))}\s*$",
            run.Error);
    }

    /// <summary>Options of the processes that a comparison starts, whose lifeline is their standard input.</summary>
    [Theory]
    [InlineData("--added 1: is made by calibrate-compare", "--added", "1", "--lifeline")]
    [InlineData("--added -1: use times in ns", "--added", "-1,1;1,1;1,1", "--lifeline")]
    public void What_cannot_be_is_refused(string message, params string[] arguments)
    {
        ProgramRun run = ProgramRun.Of(["calibrate-compare", .. arguments]);

        Assert.Equal((2, true), (run.ExitCode, run.Error.Contains(message, StringComparison.Ordinal)));
    }
}
