using NatAllocBench.Tests.CommandLine;

namespace NatAllocBench.Tests.Tracing;

[Collection(InProcess.Name)]
public class TraceCommandTests
{
    [Theory]
    [InlineData("--output", "trace")]
    [InlineData("--sample", "trace", "--sample", "2/3", "--output", "x.nettrace")]
    [InlineData("cannot write", "trace", "--output", "/proc/nowhere/x.nettrace")]
    [InlineData("cannot read", "trace", "report", "nowhere.nettrace")]
    [InlineData("cannot read", "trace", "timeline", "nowhere.nettrace")]
    [InlineData("--output", "trace", "pcap", "nowhere.nettrace")]
    [InlineData("--seconds", "trace", "overhead", "--seconds", "0")]
    public void Bad_input_gets_one_line_and_exit_code_2(string named, params string[] args) => AssertRefused(named, args);

    [Theory]
    [InlineData("")]
    [InlineData("not a trace at all, only some text")]
    [InlineData("Nettrace and then nothing of the kind\u0001")]
    public void A_foreign_file_gets_one_line_and_exit_code_2(string content)
    {
        using var file = new TemporaryFile(".nettrace");
        File.WriteAllText(file.Path, content);

        AssertRefused(file.Path, "trace", "report", file.Path);
    }

    private static void AssertRefused(string named, params string[] args)
    {
        ProgramRun run = ProgramRun.Here(args);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }
}
