using System.Reflection;
using System.Text.RegularExpressions;
using NatAllocBench.Tests.Repository;

namespace NatAllocBench.Tests.Docs;

public sealed partial class FidelityPageTests
{
    private static readonly string Root = RepositoryRoot.Path;
    private static readonly string Page = File.ReadAllText(Path.Combine(Root, "docs", "fidelity.md"));

    [Fact]
    public void Every_file_that_the_page_names_exists()
    {
        string[] files = [.. Names().Where(name => name.StartsWith("tests/", StringComparison.Ordinal))];

        Assert.True(files.Length >= 15);
        Assert.All(files, file => Assert.True(Path.Exists(Path.Combine(Root, file)), $"{file} does not exist"));
    }

    [Fact]
    public void Every_vector_file_is_on_the_page() => Assert.All(
        Directory.EnumerateFiles(Path.Combine(Root, "tests", "NatAllocBench.Tests", "Vectors"), "*.jsonl").Select(Path.GetFileName),
        file => Assert.Contains($"tests/NatAllocBench.Tests/Vectors/{file}`", Page, StringComparison.Ordinal));

    [Fact]
    public void Every_test_that_the_page_names_exists()
    {
        Dictionary<string, Type> classes = typeof(FidelityPageTests).Assembly.GetTypes()
            .Where(type => type.IsPublic)
            .GroupBy(type => type.Name)
            .ToDictionary(group => group.Key, group => group.First());
        (string Class, string? Method)[] tests =
            [
                .. Names()
                    .Select(name => TestPattern().Match(name))
                    .Where(m => m.Success)
                    .Select(m => (m.Groups[1].Value, m.Groups[3].Success ? m.Groups[3].Value : null)),
            ];

        Assert.True(tests.Length >= 60);
        Assert.All(tests, test =>
        {
            Assert.True(classes.TryGetValue(test.Class, out Type? type), $"there is no class {test.Class}");
            MethodInfo? method = test.Method is null ? null : type!.GetMethod(test.Method);
            Assert.True(
                test.Method is null || method?.GetCustomAttribute<FactAttribute>() is not null, $"{test.Class} has no test {test.Method}");
        });
    }

    private static IEnumerable<string> Names() => CodePattern().Matches(Page).Select(match => match.Groups[1].Value);

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex CodePattern();

    [GeneratedRegex(@"^([A-Z]\w*(Tests|Facts))(?:\.(\w+))?$")]
    private static partial Regex TestPattern();
}
