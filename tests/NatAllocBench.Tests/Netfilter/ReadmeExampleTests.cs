using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Tests.Repository;

namespace NatAllocBench.Tests.Netfilter;

/// <summary>The example in the package's readme: this is its text, compiled and run.</summary>
public sealed class ReadmeExampleTests
{
    [Fact]
    public void The_example_of_the_package_inserts_a_connection()
    {
        // <example>
        using ConntrackTable<IPv4Address, Linux6_5, KernelLocks> table =
            new(EraCatalog.Get("6.12"), new TableOptions { Buckets = 1024, MaxConnections = 4096 }, new NatState(new SipKey(1, 2)));
        CpuRandom random = new(seed: 7);
        var rule = NatRange<IPv4Address>.Masquerade(IPv4Address.Parse("192.0.2.1"), NatFlags.ProtoRandomFully);
        var original = ConntrackTuple<IPv4Address>.Of(
            IPProtocol.Tcp, IPv4Address.Parse("10.0.0.2"), 40000, IPv4Address.Parse("198.51.100.7"), 443);
        ref CpuState cpu = ref table.Cpu(0);
        var entry = table.Create(ref cpu, in original, table.Hash(in original));
        NatHooks.Postrouting(table, ref cpu, ref random, ref entry, rule);
        bool inserted = table.Confirm(ref cpu, in entry) == ConfirmResult.Inserted; // false is what the kernel counts as insert_failed
        // </example>
        Assert.True(inserted);
        Assert.Equal(IPv4Address.Parse("192.0.2.1"), table.ReplyTuple(entry.Slot).Destination);
    }

    [Fact]
    public void The_readme_shows_the_example_that_is_run()
    {
        string here = File.ReadAllText(Path.Combine(RepositoryTests.Root, "tests/NatAllocBench.Tests/Netfilter/ReadmeExampleTests.cs"));
        string readme = File.ReadAllText(Path.Combine(RepositoryTests.Root, "src/NatAllocBench.Netfilter/README.md"));
        string run = Between(here, "// <example>\n", "        // </example>")
            .Replace("\n        ", "\n", StringComparison.Ordinal)
            .TrimStart();

        Assert.Equal(run.TrimEnd(), Between(readme, "```csharp\n", "```").TrimEnd());
    }

    private static string Between(string text, string begin, string end)
    {
        int from = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        return text[from..text.IndexOf(end, from, StringComparison.Ordinal)];
    }
}
