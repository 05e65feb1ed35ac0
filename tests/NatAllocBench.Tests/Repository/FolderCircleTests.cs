using System.Xml.Linq;

namespace NatAllocBench.Tests.Repository;

/// <summary>Folders of a project stand on floors: what is below knows nothing of what is above.</summary>
public sealed class FolderCircleTests
{
    public static TheoryData<string> Projects => [.. ProjectFolders];

    private static IEnumerable<string> ProjectFolders => new[] { "src", "benchmarks" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(RepositoryTests.Root, folder), "*.csproj", SearchOption.AllDirectories))
        .Select(path => Path.GetRelativePath(RepositoryTests.Root, Path.GetDirectoryName(path)!))
        .Order(StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_folders_of_a_project_refer_to_each_other_in_a_circle(string project)
    {
        FolderReferences references = FolderReferences.Of(project);

        string[] circles = [.. references.Circles()];

        string places = string.Join("; ", references.Places.Select(at => $"{at.Key.From} -> {at.Key.To} ({at.Value})"));
        Assert.True(
            circles.Length == 0,
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

    [Fact]
    public void The_page_about_the_design_draws_the_floors_as_they_are()
    {
        Dictionary<string, string[]> below =
            ProjectFolders.ToDictionary(ShortName, project => ProjectReferences(project).Select(ShortName).ToArray());

        Assert.Equal(FolderReferences.FloorsOf(below.Keys, name => below[name]), Drawn("projects"));
        Assert.Equal(FolderReferences.Of("src/NatAllocBench.Netfilter").Floors(), Drawn("model"));
    }

    /// <summary>The lines of the block after a heading's marker.</summary>
    private static string[] Drawn(string marker)
    {
        string page = File.ReadAllText(Path.Combine(RepositoryTests.Root, "docs/design.md"));
        string block = page[page.IndexOf($"<!-- floors of the {marker} -->", StringComparison.Ordinal)..].Split("```")[1];
        return block.Trim('\n').Split('\n');
    }

    private static string ShortName(string project) => Path.GetFileName(project).Replace("NatAllocBench.", "", StringComparison.Ordinal);

    private static IEnumerable<string> ProjectReferences(string project) => XDocument
        .Load(Path.Combine(RepositoryTests.Root, project, Path.GetFileName(project) + ".csproj"))
        .Descendants("ProjectReference")
        .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));
}
