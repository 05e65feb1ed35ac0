using NatAllocBench.Netfilter.Eras;

namespace NatAllocBench.Tests.Netfilter.Facts;

/// <summary>Sets of eras by name, in mainline order; the stable hybrids of 2022 are a set of their own.</summary>
internal static class EraSets
{
    private static readonly string[] Hybrids = ["4.9-lts", "4.14-lts", "4.19-lts"];

    private static readonly string[] Mainline = [.. EraCatalog.All.Select(era => era.Name).Except(Hybrids)];

    public static TheoryData<string> All => [.. Mainline, .. Hybrids];

    public static TheoryData<string> Lts => [.. Hybrids];

    /// <summary>Both ends included.</summary>
    public static TheoryData<string> Between(string first, string last)
    {
        int from = Array.IndexOf(Mainline, first);
        int to = Array.IndexOf(Mainline, last);
        Assert.InRange(from, 0, to);
        return [.. Mainline[from..(to + 1)]];
    }

    public static TheoryData<string> Since(string first) => Between(first, Mainline[^1]);

    public static TheoryData<string> UpTo(string last) => Between(Mainline[0], last);

    public static TheoryData<string> With(this TheoryData<string> eras, params string[] more)
    {
        foreach (string name in more)
        {
            eras.Add(name);
        }

        return eras;
    }

    /// <summary>Position in mainline order of the release an era begins with; a hybrid counts as its base.</summary>
    public static bool IsAtLeast(string era, string first) =>
        Array.IndexOf(Mainline, era.Replace("-lts", "", StringComparison.Ordinal) is var name && Mainline.Contains(era) ? era : name)
            >= Array.IndexOf(Mainline, first);
}
