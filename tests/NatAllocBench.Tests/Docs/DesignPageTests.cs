using System.Reflection;
using System.Text.RegularExpressions;
using NatAllocBench.Tests.Repository;

namespace NatAllocBench.Tests.Docs;

/// <summary>What docs/design.md names is there: types, members and paths.</summary>
public sealed partial class DesignPageTests
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly string Page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "design.md"));
    private static readonly string[] Names = [.. Code().Matches(Page).Select(match => match.Groups[1].Value)];

    [Fact]
    public void Every_type_and_member_that_the_page_names_exists()
    {
        ILookup<string, Type> types = Directory.GetFiles(AppContext.BaseDirectory, "NatAllocBench*.dll")
            .SelectMany(image => Assembly.LoadFrom(image).GetTypes())
            .ToLookup(type => type.Name.Split('`')[0]);
        HashSet<string> members =
            [.. types.SelectMany(group => group).SelectMany(type => type.GetMembers(All)).Select(member => member.Name)];
        string[] identifiers = [.. Names.Where(name => Identifier().IsMatch(name)).Distinct()];

        Assert.True(identifiers.Length > 70, $"only {identifiers.Length} identifiers");
        Assert.All(identifiers, identifier => Assert.True(
            identifier.Split('.') is [var type, var member]
                ? types[type].Any(owner => owner.GetMember(member, All).Length > 0)
                : types.Contains(identifier) || members.Contains(identifier) || IsProject(identifier),
            $"{identifier} is no type, member or project"));
    }

    [Fact]
    public void Every_path_that_the_page_names_exists()
    {
        string[] paths = [.. Names.Where(name => name.Contains('/') && !name.StartsWith('/') && !name.Contains(' ')).Distinct()];

        Assert.True(paths.Length > 10, $"only {paths.Length} paths");
        Assert.All(paths, path => Assert.True(
            Path.Exists(Path.Combine(RepositoryRoot.Path, path.Replace("...", "NatAllocBench.Tests")))
                || Path.Exists(Path.Combine(RepositoryRoot.Path, "src", $"NatAllocBench.{path}")),
            $"{path} does not exist"));
    }

    private static bool IsProject(string name) => Directory.Exists(Path.Combine(RepositoryRoot.Path, "src", $"NatAllocBench.{name}"));

    [GeneratedRegex("`([^`\\n]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^[A-Z]\w+(\.[A-Z]\w+)?$")]
    private static partial Regex Identifier();
}
