namespace NatAllocBench.Tests.Repository;

/// <summary>Folders of a project stand on floors: what is below knows nothing of what is above.</summary>
public sealed class FolderCircleTests
{
    /// <summary>Circles that are still there. A line goes when its circle goes; none comes.</summary>
    private static readonly Dictionary<string, string[]> Known = new()
    {
        ["NatAllocBench.LiveKernel"] = ["Ownership,Topology"],
        ["NatAllocBench.Reports"] = ["Answers,Tables"],
        ["NatAllocBench.Verification"] = [".,Checks"],
    };

    public static TheoryData<string> Projects => [.. new[] { "src", "benchmarks" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(RepositoryTests.Root, folder), "*.csproj", SearchOption.AllDirectories))
        .Select(path => Path.GetRelativePath(RepositoryTests.Root, Path.GetDirectoryName(path)!))
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_folders_of_a_project_refer_to_each_other_in_a_circle(string project)
    {
        FolderReferences references = FolderReferences.Of(project);

        string[] circles = [.. references.Circles()];

        string places = string.Join("; ", references.Places.Select(at => $"{at.Key.From} -> {at.Key.To} ({at.Value})"));
        Assert.True(
            circles.SequenceEqual(Known.GetValueOrDefault(Path.GetFileName(project), [])),
            $"circles: {string.Join(" and ", circles)}; references: {places}");
    }

    [Fact]
    public void References_of_the_model_are_found_through_its_code()
    {
        FolderReferences references = FolderReferences.Of("src/NatAllocBench.Netfilter");

        Assert.Contains(("Nat", "Table"), references.Places.Keys);
        Assert.Contains(("Table", "Tuples"), references.Places.Keys);
        Assert.DoesNotContain(("Tuples", "Table"), references.Places.Keys);
    }
}
