using System.Text.RegularExpressions;

namespace NatAllocBench.Tests.Repository;

/// <summary>Words that were translated one by one do not come back into code, comments and pages.</summary>
public sealed partial class WordingTests
{
    private static readonly string[] Folders = ["src", "benchmarks", "tests", "docs"];

    [Theory]
    [InlineData("a load that wants more", true)]
    [InlineData("each stands in two chains", true)]
    [InlineData("the entry that stood in the way", false)]
    [InlineData("three at the most", true)]
    [InlineData("the fewest trials", true)]
    [InlineData("null likewise", true)]
    [InlineData("begins anew", true)]
    [InlineData("mends the file", true)]
    [InlineData("read behind the last probe", true)]
    [InlineData("known behind the next barrier", true)]
    [InlineData("a share that stands beside it", true)]
    [InlineData("a name that is there twice", true)]
    [InlineData("the run belongs into another folder", true)]
    [InlineData("clients behind the gateway", false)]
    [InlineData("a recommended amendment", false)]
    public void The_pattern_finds_what_it_is_for(string text, bool isFound) => Assert.Equal(isFound, Avoided().IsMatch(text));

    [Fact]
    public void Code_comments_and_pages_keep_to_the_glossary()
    {
        string root = RepositoryTests.Root;
        string own = nameof(WordingTests) + ".cs";
        IEnumerable<string> files = Folders
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories))
            .Where(file => Path.GetExtension(file) is ".cs" or ".md")
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj") && Path.GetFileName(file) != own)
            .Concat(Directory.EnumerateFiles(root, "*.md"))
            .Concat(Directory.EnumerateFiles(Path.Combine(root, "results"), "*.md"));

        string[] found =
        [
            .. files.SelectMany(file => File.ReadLines(file).Select((text, i) => (Text: text, Line: i + 1))
                .Where(line => Avoided().IsMatch(line.Text))
                .Select(line => $"{Path.GetRelativePath(root, file)}:{line.Line}: '{Avoided().Match(line.Text).Value}' in: "
                    + $"{line.Text.Trim()}")),
        ];

        Assert.True(
            found.Length == 0,
            "needs, is in, at most, at least, minimum, also, again, fix, after, is beside, occurs twice instead of:\n"
                + string.Join('\n', found));
    }

    [GeneratedRegex(
        @"\bwants?\b|\b(stands?|standing|stood) in (?!(the|its|their) way)|\bat the (most|least)\b|\bfewest\b|\blikewise\b|\banew\b"
        + @"|\bmend(s|ed|ing)?\b|\b(is|are) of use\b"
        + @"|\b(read|once|stored|comes?|number|stands?|begins?|ends?|wrote|known|wait) behind\b"
        + @"|\b(stands?|stood) beside\b|\bthere twice\b|\bbelongs? into\b"
        + @"|\bbehind (a|the|the next|the last) (barrier|probe|flow)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Avoided();
}
