using System.Globalization;
using System.Text.RegularExpressions;
using NatAllocBench.Tests.Platform;

namespace NatAllocBench.Tests.Stress;

/// <summary>The soak of the stress program counts every connection, and sees the ones that a kernel loses.</summary>
[Collection(Alone.Name)]
public sealed partial class SoakTests
{
    [Fact]
    public void Designs_that_reserve_lose_nothing_and_the_kernels_does()
    {
        (int code, string output, string error) = StressProgramTests.Run(
            "--soak", "90000", "--design", "kernel-locks,reserve,reserve-lock-free", "--era", "4.14", "--threads", "2", "--seconds", "60");

        Assert.True(code == 0, output + error);
        Dictionary<string, long[]> totals = Totals().Matches(output).ToDictionary(
            match => match.Groups[1].Value,
            match =>
                match.Groups.Values
                    .Skip(2)
                    .Select(group => long.Parse(group.Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture))
                    .ToArray());
        Assert.Equal(["kernel-locks", "reserve", "reserve-lock-free"], totals.Keys);
        Assert.All(totals.Values, total => Assert.True(total[0] >= 15 * 4096));
        Assert.Equal(0, totals["reserve"][1]);
        Assert.Equal(0, totals["reserve-lock-free"][1]);
        long raced = totals.Values.Sum(total => total[0]);
        string all = string.Create(CultureInfo.InvariantCulture, $"all: {raced:N0} of 90,000 connections raced in ");
        Assert.Contains(all, output, StringComparison.Ordinal);
        Assert.True(totals["kernel-locks"][1] > 0 || Environment.ProcessorCount == 1, output);
    }

    [GeneratedRegex("^([a-z-]+): ([0-9,]+) raced in .* s, ([0-9,]+) lost", RegexOptions.Multiline)]
    private static partial Regex Totals();
}
