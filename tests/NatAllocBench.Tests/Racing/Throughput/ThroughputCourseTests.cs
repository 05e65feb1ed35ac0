using NatAllocBench.Contenders;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Throughput;
using NatAllocBench.Tests.Platform;

namespace NatAllocBench.Tests.Racing.Throughput;

/// <summary>
/// Rounds on two CPUs, and what they do to the memory of this process; <see cref="ThroughputTableTests"/> has the rest.
/// </summary>
[Collection(Alone.Name)]
public class ThroughputCourseTests
{
    private static IReadOnlyList<TableDesign> AllDesigns =>
        [.. TableDesign.OfTheModel, .. TableDesign.OtherLocks, .. TableDesign.FastHashed, .. ContenderCatalog.All];

    [Fact]
    public void A_block_runs_proven_rounds_of_every_design_round_robin()
    {
        int[] cpus = [.. CpuSet.Allowed().Cpus.Take(2)];
        List<(int Design, ThroughputRound Round)> rounds = [];
        using var course = new ThroughputCourse(SampleWorkload.Of(3000) with { Threads = cpus.Length }, AllDesigns, cpus, seed: 5);

        course.RunBlock(2, (design, round) => rounds.Add((design, round)));

        Assert.Equal(
            [.. Enumerable.Range(0, AllDesigns.Count), .. Enumerable.Range(0, AllDesigns.Count)], rounds.Select(round => round.Design));
        Assert.All(rounds, round =>
        {
            Assert.Equal(3000, round.Round.Attempts);
            Assert.InRange(round.Round.Probes, 3000, 30_000);
            Assert.InRange(round.Round.InsertFailed, 0, 300);
            Assert.InRange(round.Round.Fairness, 0, 1);
            Assert.True(round.Round.Preempted == (round.Round.ConnectionsPerSecond is null));
        });
        Assert.All(rounds.Take(AllDesigns.Count), round => Assert.True(round.Round.TableBytes > 3000 * 64));
        Assert.All(rounds.Skip(AllDesigns.Count), round => Assert.Null(round.Round.TableBytes));
    }

    [Fact]
    public void The_floor_links_every_connection_and_ordered_slots_have_a_new_table_in_every_round()
    {
        int[] cpus = [.. CpuSet.Allowed().Cpus.Take(2)];
        TableDesign[] designs = [.. TableDesign.Floors, .. TableDesign.OnOrderedSlots];
        List<(int Design, ThroughputRound Round)> rounds = [];
        using var course = new ThroughputCourse(SampleWorkload.Of(3003) with { Threads = cpus.Length }, designs, cpus, seed: 5);

        course.RunBlock(2, (design, round) => rounds.Add((design, round)));

        Assert.Equal(2 * designs.Length, rounds.Count);
        Assert.All(rounds, round => Assert.Equal(round.Design != 0 || round.Round == rounds[0].Round, round.Round.TableBytes is not null));
        Assert.All(rounds.Where(round => round.Design == 0), round => Assert.Equal((0, 0), (round.Round.Probes, round.Round.InsertFailed)));
    }

    [Fact]
    public void A_large_table_takes_at_most_96_bytes_for_a_connection()
    {
        List<ThroughputRound> rounds = [];
        ThroughputWorkload workload = SampleWorkload.Of(300_000) with { Destinations = 30 };
        using var course = new ThroughputCourse(workload, TableDesign.OfTheModel, [CpuSet.Allowed().Cpus[0]], seed: 5);

        course.RunBlock(1, (_, round) => rounds.Add(round));

        Assert.Equal(TableDesign.OfTheModel.Count, rounds.Count);
        Assert.All(rounds, round => Assert.InRange((double)round.TableBytes! / workload.Connections, 64, 96));
    }

    /// <summary>What the help of <c>--slots</c> says: the memory of a table is measured in its first round only.</summary>
    [Fact]
    public void A_table_that_is_too_large_to_keep_is_new_in_every_round()
    {
        List<ThroughputRound> rounds = [];
        ThroughputWorkload workload = SampleWorkload.Of(ThroughputCourse.KeptTables + 1) with { Destinations = 1000 };
        using var course = new ThroughputCourse(workload, [TableDesign.OfTheModel[^1]], [CpuSet.Allowed().Cpus[0]], seed: 5);

        course.RunBlock(2, (_, round) => rounds.Add(round));

        Assert.Equal(2, rounds.Count);
        Assert.All(rounds, round => Assert.NotNull(round.TableBytes));
    }

    [Theory]
    [InlineData("3.1")]
    [InlineData("4.14")]
    [InlineData("6.12")]
    public void Nothing_that_is_timed_allocates_managed_memory_in_the_models_designs(string era)
    {
        List<ThroughputRound> rounds = [];
        int[] cpus = [.. CpuSet.Allowed().Cpus.Take(2)];
        ThroughputWorkload workload = SampleWorkload.Of(5000) with { Era = EraCatalog.Get(era), Threads = cpus.Length };
        using var course = new ThroughputCourse(workload, TableDesign.OfTheModel, cpus, seed: 5);

        course.RunBlock(3, (_, round) => rounds.Add(round));

        Assert.Equal(3 * TableDesign.OfTheModel.Count, rounds.Count);
        Assert.All(rounds, round => Assert.Equal((0, 0, 0), (round.AllocatedBytes, round.RemovalAllocatedBytes, round.Collections)));
    }
}
