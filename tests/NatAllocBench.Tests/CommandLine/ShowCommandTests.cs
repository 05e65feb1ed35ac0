using NatAllocBench.Reports.Answers;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Running;
using NatAllocBench.Tests.Repository;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.CommandLine;

[Collection(InProcess.Name)]
public sealed class ShowCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_run_is_shown_with_its_answer_its_kernel_its_folder_and_a_next_command_last()
    {
        string run = new ResultsStore(_directory).Publish(SampleRuns.Race());

        ProgramRun shown = ProgramRun.Of("show", run);

        Assert.True(shown.ExitCode == 0, shown.Error);
        string[] labels =
            [.. shown.Output.Split('\n').Where(l => l.Length > 9 && l[0] is >= 'A' and <= 'Z' && l[8..].Length > 2 && l[9] == ' ')
            .Select(l => l[..9].Trim())];
        Assert.Equal(["Answer", "Not seen", "Warnings", "Kernel", "Run", "Next"], labels);
        Assert.Contains("Linux 6.12.1 is era 6.12.", shown.Output, StringComparison.Ordinal);
        Assert.Contains(run, shown.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("probes per connection", shown.Output, StringComparison.Ordinal);
    }

    /// <summary>All but its heading is how the run ended.</summary>
    [Fact]
    public void A_run_of_throughput_is_shown_as_it_looked()
    {
        ProgramRun measured = ProgramRun.Of(
            "throughput", "--designs", "kernel-locks", "--threads", "1", "--connections", "1k", "--rounds", "1", "--max-rounds", "1",
            "--seconds", "20", "--uncalibrated", "--out", _directory);

        ProgramRun shown = ProgramRun.Here("show", Assert.Single(new ResultsStore(_directory).RunDirectories()));

        Assert.True(measured.ExitCode == 0 && shown.ExitCode == 0, measured.Error + shown.Error);
        string screen = shown.Output[(shown.Output.IndexOf('\n', StringComparison.Ordinal) + 1)..];
        Assert.True(screen.Split('\n').Length > 5, screen);
        Assert.EndsWith(screen, measured.Output, StringComparison.Ordinal);
    }

    /// <summary>The answer and the warnings, on a terminal of 100 columns and 30 lines, of which the prompt takes one.</summary>
    [Fact]
    public void The_answer_of_the_main_command_fits_one_screen()
    {
        string[] published = [.. new ResultsStore(Path.Combine(RepositoryRoot.Path, "results")).RunDirectories()
            .Where(run => run.EndsWith("-quick", StringComparison.Ordinal))];

        Assert.NotEmpty(published);
        Assert.All(published, directory =>
        {
            RunRecord run = RunFormat.ReadFile(directory);
            IEnumerable<AnswerSection> sections = RunScreen.Sections(run, new KeptRun(directory, JsonFile: null));
            int lines = sections.Sum(section => section.Lines.Sum(line => WrappedText.Lines(line, 100 - RunConsole.Indent).Count()));
            Assert.InRange(lines, 8, 29);
        });
    }

    [Fact]
    public void Wide_shows_every_column()
    {
        string run = new ResultsStore(_directory).Publish(SampleRuns.Race());

        Assert.Contains("probes per connection", ProgramRun.Here("show", run, "--wide").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void JSON_is_the_run_itself()
    {
        string run = new ResultsStore(_directory).Publish(SampleRuns.Race());

        Assert.Equal(
            File.ReadAllText(Path.Combine(run, "run.json")).TrimEnd(),
            ProgramRun.Here("show", run, "--json").Output.ReplaceLineEndings("\n").TrimEnd());
    }

    [Fact]
    public void What_is_no_run_gets_one_line()
    {
        ProgramRun shown = ProgramRun.Here("show", Path.Combine(_directory, "none"));

        Assert.Equal(2, shown.ExitCode);
        Assert.Single(shown.Error.TrimEnd().Split('\n'));
    }
}
