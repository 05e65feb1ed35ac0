using System.Text.RegularExpressions;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Tests.Repository;

namespace NatAllocBench.Tests.Docs;

/// <summary>docs/performance.md: every figure is in a block that is generated from a run; the text around the blocks holds none.</summary>
public sealed partial class PerformancePageTests
{
    /// <summary>Numbers that define something and were not measured. Whatever else has a digit is a figure.</summary>
    private static readonly string[] Definitions =
    [
        "IPv4", "IPv6", "ICMPv6", "ARM64", "AVX-512", "AVX2", "128-bit", "32 bits", "x64", "RFC 9693", "1.83 or later", "factor of 1.5",
        "blocks of 16", "200,000 connections",
        "default of 262144 buckets", "zone 0", "\"Allocated bytes\" is 0", "up to 4.20",
    ];

    [Fact]
    public void The_text_holds_no_figure() =>
        Assert.Empty(FiguresIn(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "performance.md"))));

    [Theory]
    [InlineData("`batched` takes 278 ns for a connection")]
    [InlineData("that is 2.2 probes for each")]
    [InlineData("| 20 thousand | 663 |")]
    [InlineData("31 % of its ports")]
    public void A_figure_in_the_text_is_found(string text) => Assert.NotEmpty(FiguresIn(text));

    [Fact]
    public void Blocks_code_and_definitions_are_no_text() => Assert.Empty(FiguresIn(
        "<!-- table:begin x -->\n| 278 |\n<!-- table:end -->\nfrom 6.5 on, for IPv4, `--runs 5`, [run](../results/1/tables.md)\n1. "
            + "first\n"));

    [Fact]
    public void The_page_has_the_ratios_of_a_run_beside_its_rates()
    {
        string page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "performance.md"));
        Assert.Matches(@"<!-- table:begin ratios [^>]+ -->\n\n[^<]*batched : this \(best\)", page);
    }

    [Theory]
    [InlineData("speed-targets", "| batched : the floor (SipHash), in time | 2 | at most 2.8 |")]
    [InlineData("newest hash#price of SipHash", "| batched-wyhash (no kernel does this) | 1 |")]
    [InlineData("ratios newest slots", "| batched-ordered | 1 |")]
    [InlineData("newest short-path#one connection taken apart", "| 6.12 | three claims, CONFIRMED, counters |")]
    [InlineData("newest short-path#what is covered and what is not", "| 4.14 | random-fully | an era before 5.0 |")]
    public void The_page_has_the_block(string source, string row)
    {
        string page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "performance.md"));
        string block = page[page.IndexOf($"<!-- table:begin {source} -->", StringComparison.Ordinal)..];
        Assert.Contains(row, block[..block.IndexOf("<!-- table:end -->", StringComparison.Ordinal)], StringComparison.Ordinal);
    }

    [Fact]
    public void Every_ratio_that_misses_its_target_has_its_reasons_and_no_other_has()
    {
        string page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "performance.md"));
        string section = page[page.IndexOf("\n## Targets\n", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", 1, StringComparison.Ordinal)];

        Assert.Contains("| result |", section, StringComparison.Ordinal);
        Assert.Equal(Missed(section), Explained(section));
    }

    [Fact]
    public void A_miss_is_found_by_its_row_and_reasons_by_their_heading()
    {
        const string Section = "| a : the floor (SipHash), in time | 1 | missed by 2 %, within the spread |\n"
            + "| a : b | 2 | missed by 1 % |\n| a : c | 1 | met |\n\n- **`a : b`; `a : c`.** Tried: `d`.\n- **a : e.** No ratio.\n";

        Assert.Equal(["a : b", "a : the floor"], Missed(Section));
        Assert.Equal(["a : b", "a : c"], Explained(Section));
    }

    /// <summary>The ratios of the rows that say missed, without hash and unit.</summary>
    private static IEnumerable<string> Missed(string section) =>
        MissedRows().Matches(section).Select(row => row.Groups["ratio"].Value).Distinct().Order(StringComparer.Ordinal);

    /// <summary>The ratios in the bold beginnings of the list.</summary>
    private static IEnumerable<string> Explained(string section) => Headings().Matches(section)
        .SelectMany(heading => Code().Matches(heading.Value)).Select(ratio => ratio.Value.Trim('`')).Order(StringComparer.Ordinal);

    private static IReadOnlyList<string> FiguresIn(string page)
    {
        string text = Links().Replace(Code().Replace(Blocks().Replace(page, ""), ""), "$1");
        text = ListNumbers().Replace(text, "");
        foreach (string definition in Definitions)
        {
            text = text.Replace(definition, "", StringComparison.Ordinal);
        }

        string[] eras = [.. EraCatalog.All.Select(era => era.Name)];
        return [.. Numbers().Matches(text).Select(match => match.Value).Where(number => !eras.Contains(number))];
    }

    [GeneratedRegex(@"^\| (?<ratio>[^|]+?)(?: \([^|)]*\))?(?:, in time)? \|.*\| missed by [^|]*\|$", RegexOptions.Multiline)]
    private static partial Regex MissedRows();

    [GeneratedRegex(@"^- \*\*.*?\*\*", RegexOptions.Multiline)]
    private static partial Regex Headings();

    [GeneratedRegex("<!-- table:begin .*?<!-- table:end -->", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex("`[^`]*`", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex Links();

    [GeneratedRegex(@"^\d+\. ", RegexOptions.Multiline)]
    private static partial Regex ListNumbers();

    [GeneratedRegex(@"\d+(?:[.,]\d+)*")]
    private static partial Regex Numbers();
}
