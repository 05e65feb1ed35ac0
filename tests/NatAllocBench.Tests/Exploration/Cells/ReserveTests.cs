using NatAllocBench.Exploration.Cells;
using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Scenarios;
using NatAllocBench.Exploration.Search;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Tests.Exploration.Cells;

/// <summary>
/// The design that reserves its port: in every order two connections get two ports, and everything else is as in the kernel.
/// </summary>
public class ReserveTests
{
    [Theory]
    [InlineData("4.14", "keep-port")]
    [InlineData("4.14", "search")]
    [InlineData("4.14", "rover")]
    [InlineData("6.12", "keep-port")]
    [InlineData("6.12", "search")]
    [InlineData("6.12", "expire")]
    public void No_insertion_fails_in_any_order(string era, string scenario) => Assert.DoesNotContain(
        Outcomes(era, Reserve.Name, scenario), name => name.Contains("insert_failed", StringComparison.Ordinal));

    [Theory]
    [InlineData("4.14", "keep-port")]
    [InlineData("4.14", "rover")]
    [InlineData("6.12", "keep-port")]
    [InlineData("6.12", "search")]
    [InlineData("6.12", "kill")]
    public void Without_locks_no_insertion_fails_in_any_order(string era, string scenario) => Assert.DoesNotContain(
        Outcomes(era, ReserveLockFree.Name, scenario), name => name.Contains("insert_failed", StringComparison.Ordinal));

    [Theory]
    [InlineData("5.10", "dnat-dns")]
    [InlineData("6.12", "dnat-dns")]
    [InlineData("6.12", "kill")]
    public void Without_locks_the_rest_ends_as_under_the_kernels_locks(string era, string scenario) => Assert.Equal(
        Outcomes(era, KernelLocks.Name, scenario), Outcomes(era, ReserveLockFree.Name, scenario));

    [Fact]
    public void A_range_without_a_free_port_is_exhausted_before_confirm() =>
        Assert.Equal(["exhausted, insert_failed + searched, inserted"], Outcomes("6.12", Reserve.Name, "last-port"));

    [Theory]
    [InlineData("same-flow")]
    [InlineData("dnat-dns")]
    [InlineData("reverse")]
    [InlineData("kill")]
    public void Clash_resolution_dnat_reversed_flows_and_removal_end_as_under_the_kernels_locks(string scenario) => Assert.Equal(
        Outcomes("6.12", KernelLocks.Name, scenario), Outcomes("6.12", Reserve.Name, scenario));

    [Theory]
    [InlineData("4.14")]
    [InlineData("5.10")]
    [InlineData("6.1")]
    public void Of_reversed_flows_one_is_inserted_also_where_the_other_may_stand_in_reply_direction_only(string era) => Assert.Equal(
        Outcomes(era, KernelLocks.Name, "reverse"), Outcomes(era, Reserve.Name, "reverse"));

    [Fact]
    public void Eviction_early_drop_and_the_collector_lose_nothing()
    {
        foreach (string scenario in new[] { "evict", "early-drop", "gc" })
        {
            Outcomes("6.12", Reserve.Name, scenario);
        }
    }

    /// <summary>
    /// The port of the entry that goes away is reserved by one connection; the other one searches, or finds no port before confirm.
    /// </summary>
    [Theory]
    [InlineData("gc", "kept, inserted + collected 0", "kept, inserted + collected 1")]
    [InlineData("early-drop", "kept, inserted + not admitted")]
    [InlineData("evict", "exhausted, insert_failed + exhausted, inserted", "exhausted, insert_failed + searched, inserted")]
    public void Without_locks_the_collector_early_drop_and_eviction_lose_nothing(string scenario, params string[] outcomes) =>
        Assert.Equal(outcomes, Outcomes("6.12", ReserveLockFree.Name, scenario));

    /// <summary>All outcomes of the first geometry; no violation among them.</summary>
    private static string[] Outcomes(string era, string design, string scenario)
    {
        var cell = new ExploredCell(EraCatalog.Get(era), design, ScenarioCatalog.Find(scenario)!, 2, MemoryModel.Sc);
        IProgram program = cell.CreateProgram(Geometry.All[0], draws: 1);
        using var disposable = (IDisposable)program;
        using var explorer = new Explorer(program, MemoryModel.Sc);
        SearchResult result = explorer.Search(() => new NatAllocBench.Exploration.Strategies.DynamicReduction(), SearchLimits.None);
        Assert.True(result.IsComplete);
        Assert.False(result.HasViolation);
        return [.. result.Outcomes.Keys];
    }
}
