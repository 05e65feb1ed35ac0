using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Commands;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Prices;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Systems;
using NatAllocBench.Tests.Repository;
using NatAllocBench.Tests.Verification;
using NatAllocBench.Verification;

namespace NatAllocBench.Tests.Allocators;

/// <summary>A folder with a system is found by everything that shows systems; nothing but the folder names it.</summary>
public sealed class PlantedSystemTests
{
    private static readonly AllocatorSet Planted = AllocatorSet.Of(typeof(PlantedSystemTests).Assembly);

    [Fact]
    public void Verify_runs_its_vectors_beside_all_of_the_kernel()
    {
        using var output = new StringWriter();

        VerifyResult all = VectorVerifier.RunEmbedded([KernelLocks.Name], output.WriteLine, Planted.Vectors);
        Assert.Contains($"{KernelLocks.Name} planted_first.jsonl: 2 passed, 0 failed", output.ToString(), StringComparison.Ordinal);
        Assert.True(all == new VerifyResult(VectorVerifierTests.KernelLines + 2), output.ToString());
    }

    [Fact]
    public void Command_allocators_lists_it() =>
        Assert.Contains("\"planted-1\"", AllocatorsCommand.Text(Planted), StringComparison.Ordinal);

    [Fact]
    public void A_race_and_the_price_list_take_it()
    {
        AllocatorSystem system = Assert.Single(SystemPlan.Named(Planted, "planted-1"));
        TrialResult result = SystemTrial.Run(
            system.Racer()!, system.DefaultRange, new SystemWorkload { Clients = 8, Connections = 200 }, [0, 0], 1)!;
        PriceRow row = Assert.Single(PriceRow.Of(SystemPlan.Named(Planted, "all")));

        Assert.Equal(200, result.All.Confirmed);
        Assert.Equal("planted", row.Cell("cost", []).Parameters["system"]);
        Assert.Equal(0, row.Refusal.Fill([0.9], 10, 1)[0].Refused);
    }

    [Fact]
    public void The_page_has_its_paragraph_and_what_it_leaves_out()
    {
        string page = SystemsPage.Render(File.ReadAllText(PagePath), Planted);

        Assert.Contains("**Planted.** The first free port", page, StringComparison.Ordinal);
        Assert.Contains("| planted-1 | Everything but the first free port. |", page, StringComparison.Ordinal);
        Assert.DoesNotContain("**Open vSwitch.**", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_says_what_the_folders_say() =>
        Assert.True(SystemsPage.IsCurrent(PagePath, AllocatorSet.Program), "stale; run publish");

    private static string PagePath => Path.Combine(RepositoryTests.Root, "docs", "allocators.md");
}
