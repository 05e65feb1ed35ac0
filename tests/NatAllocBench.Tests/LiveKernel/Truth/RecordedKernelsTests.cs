using System.Text.RegularExpressions;
using NatAllocBench.Tests.Repository;

namespace NatAllocBench.Tests.LiveKernel.Truth;

/// <summary>What the README beside the recorded kernels says of their table.</summary>
public sealed partial class RecordedKernelsTests
{
    private static readonly string Folder = Path.Combine(RepositoryRoot.Path, "src", "NatAllocBench.LiveKernel", "Recorded");

    [Fact]
    public void The_README_counts_the_rows_of_every_experiment()
    {
        string readme = File.ReadAllText(Path.Combine(Folder, "README.md"));
        string[] rows = [.. File.ReadLines(Path.Combine(Folder, "recorded-kernels.csv")).Skip(1).Select(line => line.Split(',')[0])];
        Dictionary<string, int> said = Row().Matches(readme)
            .ToDictionary(match => match.Groups[1].Value, match => int.Parse(match.Groups[2].ValueSpan));

        Assert.Equal(said, rows.CountBy(row => row.StartsWith("A4-", StringComparison.Ordinal) ? "A4-..." : row).ToDictionary());
        Assert.Contains($"These {rows.Length} are", readme, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\| `([^`]+)` \| (\d+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
