using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Tests.Netfilter.Concurrency;

/// <summary>One and the same program gives the same outcomes in every design, bit for bit, in every era.</summary>
public sealed class DesignEqualityTests
{
    public static TheoryData<string> EraNames() => [.. EraCatalog.All.Select(era => era.Name)];

    [Theory]
    [MemberData(nameof(EraNames))]
    public void All_designs_give_the_same_outcomes(string name)
    {
        Era era = EraCatalog.Get(name);
        for (ulong seed = 1; seed <= 6; seed++)
        {
            // A roomy table, and one that is full all the time: early drop, refusals, long chains.
            foreach (uint limit in new[] { 512u, 24u })
            {
                var program = new SeededProgram(seed, limit);
                List<string> locked = DesignCatalog.Run<SeededProgram, List<string>>(program, era, KernelLocks.Name);
                List<string> lockFree = DesignCatalog.Run<SeededProgram, List<string>>(program, era, LockFree.Name);
                Assert.Equal(locked, lockFree);
            }
        }
    }

    [Fact]
    public void The_programs_reach_every_kind_of_confirm()
    {
        var seen = new HashSet<string>();
        foreach (string era in new[] { "4.14", "6.12", "5.15" })
        {
            for (ulong seed = 1; seed <= 6; seed++)
            {
                seen.UnionWith(
                    DesignCatalog.Run<SeededProgram, List<string>>(new SeededProgram(seed, 512), EraCatalog.Get(era), LockFree.Name)
                    .Where(line => line.StartsWith("confirm", StringComparison.Ordinal)).Select(line => line.Split(' ')[1]));
            }
        }

        Assert.Superset(
            new HashSet<string> { "Inserted", "InsertedReplyOnly", "Merged", "Clash", "ChainTooLong" }, seen);
    }
}
