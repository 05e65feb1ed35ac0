using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Search;

namespace NatAllocBench.Tests.Exploration.Engine;

/// <summary>The reduction against every order: the same outcomes, no more executions, and known counts.</summary>
public class ReductionTests
{
    [Fact]
    public void Two_writers_of_one_variable_have_two_orders() => Check(
        Programs.TwoWriters(), MemoryModel.Sc, executions: 2, bruteForce: 2, "1", "2");

    [Fact]
    public void Two_readers_have_one_order() => Check(Programs.TwoReaders(), MemoryModel.Sc, executions: 1, bruteForce: 1, "0 0");

    [Fact]
    public void Threads_that_share_nothing_have_one_order() => Check(Programs.Disjoint(), MemoryModel.Sc, 1, 1, "1 1");

    [Fact]
    public void Store_buffering_has_three_answers_if_stores_are_seen_at_once() => Check(
        Programs.StoreBuffering(fence: false), MemoryModel.Sc, executions: 3, bruteForce: 6, "0 1", "1 0", "1 1");

    [Fact]
    public void Store_buffering_has_a_fourth_answer_with_store_buffers() => Check(
        Programs.StoreBuffering(fence: false), MemoryModel.Tso, null, null, "0 0", "0 1", "1 0", "1 1");

    [Fact]
    public void A_fence_takes_the_fourth_answer_away() => Check(
        Programs.StoreBuffering(fence: true), MemoryModel.Tso, null, null, "0 1", "1 0", "1 1");

    [Fact]
    public void Loads_of_an_own_store_have_one_order_with_its_way_into_memory() => Check(
        Programs.OwnLoads(3), MemoryModel.Tso, executions: 2, bruteForce: null, "3 0", "3 1");

    [Fact]
    public void Message_passing_never_sees_the_flag_without_the_message_under_store_buffers() => Check(
        Programs.MessagePassing(), MemoryModel.Tso, null, null, "1 0", "1 1", "1 3");

    [Fact]
    public void Message_passing_in_the_wrong_order_does() => Assert.Contains(
        "1 2", Programs.MessagePassing(flagFirst: true).Reduced(MemoryModel.Sc).Outcomes.Keys);

    [Fact]
    public void An_interlocked_addition_loses_no_update_and_a_load_and_a_store_do()
    {
        Check(Programs.TwoAdditions(interlocked: true), MemoryModel.Sc, executions: 2, bruteForce: 2, "2");
        Check(Programs.TwoAdditions(interlocked: false), MemoryModel.Sc, executions: 4, bruteForce: 6, "1", "2");
    }

    [Fact]
    public void A_store_of_two_words_can_be_seen_torn() => Check(
        Programs.TornPair(), MemoryModel.Sc, null, null, "0 0", "0 10", "0 11");

    [Fact]
    public void A_lock_makes_two_orders_of_two_critical_sections()
    {
        Check(Programs.LockedAdditions(2, 3), MemoryModel.Sc, executions: 2, bruteForce: null, "6");
        Check(Programs.LockedAdditions(2, 3), MemoryModel.Tso, null, null, "6");
    }

    [Fact]
    public void Three_threads_and_one_lock_have_six_orders() => Check(
        Programs.LockedAdditions(3, 1), MemoryModel.Sc, executions: 6, bruteForce: null, "3");

    [Fact]
    public void Locks_in_opposite_order_deadlock()
    {
        SearchResult result = Programs.TwoLocks(ordered: false).Reduced(MemoryModel.Sc);
        Assert.Contains(
            result.Outcomes.Values, outcome => outcome.IsViolation && outcome.Name.StartsWith("deadlock", StringComparison.Ordinal));
        Assert.False(Programs.TwoLocks(ordered: true).Reduced(MemoryModel.Sc).HasViolation);
    }

    [Theory]
    [InlineData(MemoryModel.Sc)]
    [InlineData(MemoryModel.Tso)]
    public void A_waiting_loop_goes_on_when_what_it_read_has_changed(MemoryModel model)
    {
        SearchResult result = Programs.Waiting(wakes: true).Reduced(model);
        Assert.Equal(["0 1"], result.Outcomes.Keys);
    }

    [Fact]
    public void A_waiting_loop_that_nobody_wakes_is_a_deadlock() =>
        Assert.True(Programs.Waiting(wakes: false).Reduced(MemoryModel.Sc).HasViolation);

    [Fact]
    public void A_loop_that_changes_what_it_waits_for_is_a_livelock() => Assert.Contains(
        Programs.Livelock().Reduced(MemoryModel.Sc).Outcomes.Keys, name => name.StartsWith("livelock", StringComparison.Ordinal));

    [Fact]
    public void Peterson_excludes_without_store_buffers_and_not_with_them()
    {
        Assert.False(Programs.Peterson(fence: false).Reduced(MemoryModel.Sc).HasViolation);
        Assert.True(Programs.Peterson(fence: false).Reduced(MemoryModel.Tso).HasViolation);
        Assert.False(Programs.Peterson(fence: true).Reduced(MemoryModel.Tso).HasViolation);
    }

    [Fact]
    public void Dekker_with_an_asymmetric_fence_excludes_only_if_the_fence_is_there()
    {
        Assert.False(Programs.AsymmetricDekker(fence: true).Reduced(MemoryModel.Tso).HasViolation);
        Assert.True(Programs.AsymmetricDekker(fence: false).Reduced(MemoryModel.Tso).HasViolation);
        Assert.False(Programs.AsymmetricDekker(fence: false).Reduced(MemoryModel.Sc).HasViolation);
    }

    [Theory]
    [InlineData(MemoryModel.Sc)]
    [InlineData(MemoryModel.Tso)]
    public void Random_programs_have_the_outcomes_of_every_order(MemoryModel model)
    {
        for (int seed = 1; seed <= 40; seed++)
        {
            using ToyProgram program = Programs.Random(seed);
            SearchResult all = program.BruteForce(model);
            SearchResult reduced = program.Reduced(model);
            Assert.Equal(all.Outcomes.Keys, reduced.Outcomes.Keys);
            Assert.True(reduced.Executions <= all.Executions, $"{reduced.Executions} of {all.Executions}");
        }
    }

    /// <summary>To give executions up in known states loses no outcome, and saves executions.</summary>
    [Theory]
    [InlineData(MemoryModel.Sc)]
    [InlineData(MemoryModel.Tso)]
    public void Random_programs_have_all_outcomes_if_known_states_end_executions(MemoryModel model)
    {
        long orders = 0;
        long executions = 0;
        for (int seed = 1; seed <= 40; seed++)
        {
            foreach (Func<int, ToyProgram> make in new Func<int, ToyProgram>[]
            {
                Programs.Random, Programs.RandomCounting, seed => HalfPrograms.RandomHalves(seed, splits: true), Programs.RandomSections,
            })
            {
                using ToyProgram program = make(seed);
                SearchResult reduced = program.Reduced(model);
                SearchResult known = program.Reduced(model, knowsStates: true);
                Assert.Equal(reduced.Outcomes.Keys, known.Outcomes.Keys);
                orders += reduced.Executions;
                executions += known.Executions;
            }
        }

        Assert.True(executions < orders, $"{executions} executions, {orders} without knowing states");
    }

    [Theory]
    [InlineData(MemoryModel.Sc)]
    [InlineData(MemoryModel.Tso)]
    public void Random_programs_that_count_have_the_outcomes_of_every_order(MemoryModel model)
    {
        for (int seed = 1; seed <= 40; seed++)
        {
            using ToyProgram program = Programs.RandomCounting(seed);
            Assert.Equal(program.BruteForce(model).Outcomes.Keys, program.Reduced(model).Outcomes.Keys);
        }
    }

    [Fact]
    public void Additions_to_a_counter_have_one_order_and_additions_whose_sums_count_two()
    {
        Check(Programs.TwoAdditions(interlocked: true, counts: true), MemoryModel.Sc, executions: 1, bruteForce: 1, "2");
        Check(Programs.TwoAdditions(interlocked: true), MemoryModel.Sc, executions: 2, bruteForce: 2, "2");
    }

    /// <summary>A search that knows its locations and the fence, and a replay that learns of them, make the same steps.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_witness_with_store_buffers_can_be_repeated(bool fence)
    {
        using ToyProgram program = Programs.AsymmetricDekker(fence);
        foreach (OutcomeTally outcome in program.Reduced(MemoryModel.Tso).Outcomes.Values)
        {
            using var explorer = new Explorer(program, MemoryModel.Tso);
            ExecutionResult again = explorer.Replay(outcome.Witness!, out bool isExact);
            Assert.True(isExact);
            Assert.Equal(outcome.Name, again.Violation ?? again.Outcome);
        }
    }

    [Fact]
    public void Swaps_that_fail_have_one_order_and_swaps_of_which_one_succeeds_two()
    {
        Check(Programs.TwoSwaps(comparand: 7), MemoryModel.Sc, executions: 1, bruteForce: 2, "0");
        Check(Programs.TwoSwaps(comparand: 0), MemoryModel.Sc, executions: 2, bruteForce: 2, "1", "2");
    }

    /// <summary>Reads of half of a word against every order of reads of the whole.</summary>
    [Theory]
    [InlineData(MemoryModel.Sc)]
    [InlineData(MemoryModel.Tso)]
    public void Random_programs_that_read_half_of_a_word_have_the_outcomes_of_every_order(MemoryModel model)
    {
        for (int seed = 1; seed <= 40; seed++)
        {
            using ToyProgram whole = HalfPrograms.RandomHalves(seed, splits: false);
            using ToyProgram split = HalfPrograms.RandomHalves(seed, splits: true);
            Assert.Equal(whole.BruteForce(model).Outcomes.Keys, split.Reduced(model).Outcomes.Keys);
        }
    }

    [Fact]
    public void A_store_that_keeps_half_of_a_word_has_one_order_with_reads_of_that_half()
    {
        Check(HalfPrograms.KeptHalf(splits: true), MemoryModel.Sc, executions: 1, bruteForce: 1, "0 0");
        Check(HalfPrograms.KeptHalf(splits: false), MemoryModel.Sc, executions: 3, bruteForce: 3, "0 0");
    }

    [Theory]
    [InlineData(MemoryModel.Sc)]
    [InlineData(MemoryModel.Tso)]
    public void A_store_that_undoes_half_of_a_word_is_a_violation(MemoryModel model)
    {
        using ToyProgram program = HalfPrograms.UndoneHalf();
        Assert.Contains(
            program.Reduced(model).Outcomes.Values, outcome => outcome is { IsViolation: true, Name: ControlledThread.UndoesHalf });
    }

    [Fact]
    public void A_counter_that_passes_its_limit_is_a_violation() => Assert.Contains(
        Programs.Overflowing().Reduced(MemoryModel.Sc).Outcomes.Values,
        outcome => outcome.IsViolation && outcome.Name.StartsWith("a counter passed 100", StringComparison.Ordinal));

    [Fact]
    public void Every_alternative_of_a_choice_is_tried() => Check(
        Programs.Choosing(), MemoryModel.Sc, executions: 3, bruteForce: 3, "0", "1", "2");

    private static void Check(ToyProgram program, MemoryModel model, int? executions, int? bruteForce, params string[] outcomes)
    {
        using (program)
        {
            SearchResult all = program.BruteForce(model);
            SearchResult reduced = program.Reduced(model);
            Assert.Equal(outcomes, reduced.Outcomes.Keys);
            Assert.Equal(outcomes, all.Outcomes.Keys);
            Assert.Equal(executions ?? reduced.Executions - reduced.Blocked, reduced.Executions - reduced.Blocked);
            Assert.Equal(bruteForce ?? all.Executions, all.Executions);
            Assert.True(reduced.Executions <= all.Executions);
        }
    }
}
