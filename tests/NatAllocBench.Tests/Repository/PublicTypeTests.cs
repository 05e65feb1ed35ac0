using System.Text.RegularExpressions;
using NatAllocBench.Netfilter.Eras;

namespace NatAllocBench.Tests.Repository;

/// <summary>A type is public where another assembly needs it: one that sees internal types does not.</summary>
public sealed partial class PublicTypeTests
{
    private const string Model = "NatAllocBench.Netfilter";

    /// <summary>They declare public types for their frameworks: test classes and benchmarks.</summary>
    private static readonly string[] OnTop = ["NatAllocBench.Tests", "NatAllocBench.Micro"];

    private static string[] Images => Directory.GetFiles(AppContext.BaseDirectory, "NatAllocBench*.dll");

    [Fact]
    public void Every_public_type_is_needed_by_another_assembly()
    {
        PublicTypes[] assemblies = [.. Images.Select(path => new PublicTypes(path))];
        try
        {
            Assert.Empty(assemblies.Where(assembly => !OnTop.Contains(assembly.Assembly)).SelectMany(one => Unneeded(one, assemblies)));
        }
        finally
        {
            Array.ForEach(assemblies, assembly => assembly.Dispose());
        }
    }

    [Fact]
    public void The_package_makes_public_what_its_readme_names()
    {
        using var model = new PublicTypes(Images.Single(path => Path.GetFileNameWithoutExtension(path) == Model));
        string readme = File.ReadAllText(Path.Combine(RepositoryTests.Root, $"src/{Model}/README.md"));
        string[] words = [.. Word().Matches(readme.Split("```")[1]).Select(word => word.Value)];

        Type[] named = [.. typeof(Era).Assembly.GetTypes().Where(type => !type.IsNested && words.Contains(type.Name.Split('`')[0]))];

        Assert.Contains(named, type => type.Name == nameof(Linux6_5));
        Assert.Empty(named.Select(type => type.FullName!).Except(model.Names));
    }

    /// <summary>
    /// The surface of the package: what others use, the eras, which are type arguments of a table, and what either shows.
    /// </summary>
    private static IEnumerable<string> Surface(string assembly) => assembly == Model
        ? typeof(Era)
            .Assembly.GetTypes()
            .Where(type => type.IsValueType && type.IsAssignableTo(typeof(IEra)))
            .Select(type => type.FullName!)
        : [];

    private static IEnumerable<string> Unneeded(PublicTypes one, IReadOnlyList<PublicTypes> assemblies)
    {
        HashSet<string> friends = [.. one.Friends];
        IEnumerable<string> used = assemblies
            .Where(other => other != one)
            .SelectMany(other => friends.Contains(other.Assembly) ? other.Shows(one.Assembly) : other.Uses(one.Assembly));
        string[] unneeded = [.. one.Names.Except(one.WithSignatures([.. used, .. Surface(one.Assembly)]))];
        return unneeded.Where(type => !one.WithConstants.Contains(type) || !IsNamedOutside(type, one.Assembly, friends));
    }

    /// <summary>Whether the source of a project that sees only public types reads a member of the type.</summary>
    private static bool IsNamedOutside(string type, string assembly, HashSet<string> friends)
    {
        string member = $"{type[(type.LastIndexOf('.') + 1)..]}.";
        return new[] { "src", "benchmarks" }
            .SelectMany(folder => Directory.GetDirectories(Path.Combine(RepositoryTests.Root, folder)))
            .Where(project => Path.GetFileName(project) != assembly && !friends.Contains(Path.GetFileName(project)))
            .SelectMany(project => Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories))
            .Any(file => Regex.IsMatch(File.ReadAllText(file), $@"\b{Regex.Escape(member)}"));
    }

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
