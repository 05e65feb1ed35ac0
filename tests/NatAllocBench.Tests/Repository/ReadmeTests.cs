using System.CommandLine;
using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using NatAllocBench.Commands;
using NatAllocBench.Prices;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Tests.CommandLine;

namespace NatAllocBench.Tests.Repository;

/// <summary>What the README says is kept by the repository and by the program.</summary>
public partial class ReadmeTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(RepositoryTests.Root, "README.md"));

    [Fact]
    public void CI_runs_its_two_commands_in_its_order_where_nothing_was_built()
    {
        string[] commands =
        [
            .. Text.Split('\n').SkipWhile(line => line != "## Two commands")
                .Where(line => line.StartsWith("dotnet ", StringComparison.Ordinal))
                .Take(2)
                .Select(line => line.Split('#')[0].TrimEnd()),
        ];
        string[] steps =
        [
            .. File.ReadLines(Path.Combine(RepositoryTests.Root, ".ci", "run"))
                .Where(line => line.StartsWith("step ", StringComparison.Ordinal)),
        ];

        Assert.StartsWith("step clone git clone ", steps[0], StringComparison.Ordinal);
        Assert.Equal(commands, steps[1..3].Select(step => step.Split(" in_clone ")[1]));
    }

    [Fact]
    public void Its_table_has_at_most_six_columns()
    {
        string heading = Text.Split('\n').First(line => line.StartsWith("| era", StringComparison.Ordinal));

        Assert.InRange(heading.Count(c => c == '|') - 1, 3, 6);
    }

    [Fact]
    public void Its_pictures_exist_and_the_first_is_generated_from_a_published_run()
    {
        string[] pictures = [.. Picture().Matches(Text).Select(match => match.Groups[1].Value)];

        Assert.All(pictures, picture => Assert.True(File.Exists(Path.Combine(RepositoryTests.Root, picture)), picture));
        string run = Path.GetDirectoryName(Path.Combine(RepositoryTests.Root, pictures[0]))!;
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(RepositoryTests.Root, pictures[0])),
            PublishedRun.GeneratedFiles(NatAllocBench.Results.Format.RunFormat.ReadFile(run))[Path.GetFileName(pictures[0])]);
    }

    [Fact]
    public void The_drawn_collision_and_the_report_are_what_the_recording_beside_them_gives()
    {
        string folder = Path.Combine(RepositoryTests.Root, "docs", "tracing");
        string work = Directory.CreateTempSubdirectory("natallocbench-").FullName;
        try
        {
            using (var packed = new GZipStream(File.OpenRead(Path.Combine(folder, "example.nettrace.gz")), CompressionMode.Decompress))
            using (FileStream recording = File.Create(Path.Combine(work, "example.nettrace")))
            {
                packed.CopyTo(recording);
            }

            ProgramRun report = ProgramRun.HereIn(work, "trace", "report", "example.nettrace", "--collisions", "20");
            ProgramRun drawn = ProgramRun.HereIn(work, "trace", "timeline", "example.nettrace", "--collision", "2", "--svg", "drawn.svg");

            Assert.Equal((0, 0), (report.ExitCode, drawn.ExitCode));
            Assert.Equal(File.ReadAllText(Path.Combine(folder, "report.txt")), report.Output.ReplaceLineEndings("\n"));
            Assert.Equal(File.ReadAllText(Path.Combine(folder, "collision.svg")), File.ReadAllText(Path.Combine(work, "drawn.svg")));
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    [Fact]
    public void Its_times_are_the_limits_of_the_presets()
    {
        foreach (string name in PresetFile.Names.Except(["quick"]))
        {
            string row = Text.Split('\n').Single(line => line.Contains($"`race --preset {name}`", StringComparison.Ordinal));
            Assert.Contains(
                string.Create(CultureInfo.InvariantCulture, $"{PresetFile.Load(name).Seconds:0} s"), row, StringComparison.Ordinal);
        }

        Assert.Equal(60, PresetFile.Load("quick").Seconds);
    }

    /// <summary>Of a row with one time for several commands, the first one.</summary>
    [Fact]
    public void Its_times_are_what_the_help_of_each_command_says()
    {
        RootCommand program = ProgramRun.AllCommands();
        (string Command, string Time)[] rows =
        [
            .. Text.Split('\n').SkipWhile(line => line != "| question | command | how long |").Skip(2)
                .TakeWhile(line => line.StartsWith('|'))
                .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
                .SelectMany(cells => Code().Matches(cells[2]).Select(code => code.Groups[1].Value).Zip(cells[3].Split(", "))),
        ];

        Assert.InRange(rows.Length, 28, 60);
        Assert.All(rows, row => Assert.Contains(row.Time, RunTime(program, row.Command.Split(' ')), StringComparison.Ordinal));
    }

    private static string RunTime(Command program, string[] words)
    {
        Command command = words.Aggregate(program, (found, word) => found.Subcommands.FirstOrDefault(each => each.Name == word) ?? found);
        return words.SkipWhile(word => word != "--preset").ElementAtOrDefault(1) switch
        {
            null => HelpTopics.Time(command),
            PriceList.Name => string.Create(CultureInfo.InvariantCulture, $"{PriceList.Seconds:0} s"),
            var preset => string.Create(CultureInfo.InvariantCulture, $"{PresetFile.Load(preset).Seconds:0} s"),
        };
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"!\[[^\]]*\]\(([^)]+)\)")]
    private static partial Regex Picture();
}
