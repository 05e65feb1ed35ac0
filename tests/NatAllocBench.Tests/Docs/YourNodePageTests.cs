using System.Text.RegularExpressions;
using NatAllocBench.Tests.CommandLine;
using NatAllocBench.Tests.Repository;

namespace NatAllocBench.Tests.Docs;

[Collection(InProcess.Name)]
public sealed partial class YourNodePageTests
{
    private const int Questions = 10;

    /// <summary>Every output of the page is what its command prints today; with UPDATE_DOCS=1 the page is written again.</summary>
    [Fact]
    public void Every_output_of_the_page_is_what_its_command_prints()
    {
        string root = RepositoryRoot.Path;
        string path = Path.Combine(root, "docs", "your-node.md");
        string page = File.ReadAllText(path);
        int blocks = 0;
        string now = BlockForm().Replace(page, block =>
        {
            blocks++;
            string[] args = block.Groups["args"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            ProgramRun run = ProgramRun.HereIn(root, args);
            Assert.True(run.ExitCode is 0 or 1, $"{block.Groups["args"].Value}: {run.Error}");
            return $"```\n$ natallocbench {block.Groups["args"].Value}\n{run.Output.ReplaceLineEndings("\n").TrimEnd()}\n```";
        });
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, now);
        }

        Assert.True(blocks >= Questions - 1, $"{blocks} outputs");
        Assert.Equal(now, page);
    }

    [GeneratedRegex(@"```\n\$ natallocbench (?<args>[^\n]+)\n.*?```", RegexOptions.Singleline)]
    private static partial Regex BlockForm();
}
