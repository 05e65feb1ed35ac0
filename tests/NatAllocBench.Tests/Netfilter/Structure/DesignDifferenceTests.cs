using System.Text.RegularExpressions;
using NatAllocBench.Tests.Repository;

namespace NatAllocBench.Tests.Netfilter.Structure;

/// <summary>What designs differ in is in the files of the designs; the parts of the table hardly ask which one they have.</summary>
public sealed partial class DesignDifferenceTests
{
    private const int MostQuestions = 9;

    [Fact]
    public void Parts_of_the_model_ask_for_the_kind_of_a_design_in_few_places()
    {
        string[] places = [.. Directory
            .EnumerateFiles(Path.Combine(RepositoryTests.Root, "src", "NatAllocBench.Netfilter"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(path => File.ReadLines(path).Select((line, i) => (Place: $"{Path.GetFileName(path)}:{i + 1}", Line: line)))
            .Where(at => Question().IsMatch(at.Line.Split("//")[0]))
            .Select(at => at.Place)];

        Assert.NotEmpty(places); // else the search finds nothing at all
        Assert.True(places.Length <= MostQuestions, string.Join(", ", places));
    }

    [GeneratedRegex(@"\bTDesign\.(IsLockFree|ReservesReply)\b")]
    private static partial Regex Question();
}
