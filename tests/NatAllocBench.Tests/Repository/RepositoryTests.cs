using NatAllocBench.Reports;
using NatAllocBench.Reports.Publishing;

namespace NatAllocBench.Tests.Repository;

/// <summary>What is published in the repository agrees with the runs it comes from.</summary>
public class RepositoryTests
{
    internal static readonly string Root = RepositoryRoot.Path;

    public static TheoryData<string> Documents =>
        [.. Directory.EnumerateFiles(Root, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md"))
            .Select(path => Path.GetRelativePath(Root, path))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_table_in_a_document_is_what_its_run_generates(string document) =>
        Assert.True(ReadmeBlock.IsCurrent(Path.Combine(Root, document), Root), $"{document} is stale: run the command publish");

    [Fact]
    public void The_README_embeds_a_table_of_a_published_run() =>
        Assert.Contains("<!-- table:begin main results/", File.ReadAllText(Path.Combine(Root, "README.md")), StringComparison.Ordinal);

    [Fact]
    public void Every_published_run_is_sound_and_its_tables_are_current()
    {
        CommandResult result = ValidateCommand.Run([Path.Combine(Root, "results")], DateTimeOffset.UtcNow);

        Assert.True(result.ExitCode == 0, result.Output + result.Error);
    }

    [Fact]
    public void The_index_of_results_is_current()
    {
        CommandResult result = ResultsIndex.Check(Path.Combine(Root, "results"));

        Assert.True(result.ExitCode == 0, result.Output + result.Error);
    }
}
