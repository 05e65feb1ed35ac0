using System.Globalization;
using System.Text.RegularExpressions;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Reports.Publishing;

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
    public void The_drawn_collision_is_the_one_of_the_report_beside_it()
    {
        string folder = Path.Combine(RepositoryTests.Root, "docs", "tracing");
        string drawn = File.ReadAllText(Path.Combine(folder, "collision.svg"));
        string port = Regex.Match(drawn, @"race for [0-9.]+:(\d+)").Groups[1].Value;
        string[] clients = [.. Client().Matches(drawn).Select(match => match.Groups[1].Value).Distinct()];

        Assert.Equal(2, clients.Length);
        Assert.Contains(
            File.ReadAllLines(Path.Combine(folder, "report.txt")),
            line => clients.Append(port).All(part => line.Contains(part, StringComparison.Ordinal)));
        Assert.Matches("<desc>winner .*confirm [0-9,]+ ns, inserted[.] loser .*confirm [0-9,]+ ns, insert_failed[.]</desc>", drawn);
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

    [GeneratedRegex(@"!\[[^\]]*\]\(([^)]+)\)")]
    private static partial Regex Picture();

    [GeneratedRegex(@"(?:winner|loser) ([0-9.]+:\d+)")]
    private static partial Regex Client();
}
