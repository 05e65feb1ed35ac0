using System.Reflection;
using System.Runtime.InteropServices;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Platform.Meeting;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Tests.Platform.Meeting;

[Collection(Alone.Name)]
public sealed class MeetingPointTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Nobody_passes_a_barrier_before_all_of_the_round_have_come_even_with_more_workers_than_cpus(int workers)
    {
        const int Rounds = 200;
        var barrier = new SpinBarrier(workers);
        int arrivals = 0;
        int violations = 0;
        PinnedWorkers.Run(AnyCpus(workers), _ =>
        {
            for (int round = 1; round <= Rounds; round++)
            {
                // The counter is what the barrier must make visible to all: after the meeting it is at least rounds x workers.
                Interlocked.Increment(ref arrivals);
                Assert.True(barrier.SignalAndWait());

                // Pairs with the Increment above through the barrier under test.
                if (Volatile.Read(ref arrivals) < round * workers)
                {
                    Interlocked.Increment(ref violations); // Pairs with nothing: read after the join.
                }
            }
        }, [barrier]);

        Assert.Equal(0, violations);
        Assert.Equal(Rounds * workers, arrivals);
    }

    [Fact]
    public void All_workers_leave_a_barrier_with_the_same_start_tick()
    {
        var barrier = new SpinBarrier(3);
        var ticks = new ulong[3, 50];
        PinnedWorkers.Run(AnyCpus(3), worker =>
        {
            for (int round = 0; round < 50; round++)
            {
                Assert.True(barrier.SignalAndWait(1000, out ticks[worker, round]));
            }
        }, [barrier]);

        for (int round = 0; round < 50; round++)
        {
            Assert.NotEqual(0UL, ticks[0, round]);
            Assert.Equal(ticks[0, round], ticks[1, round]);
            Assert.Equal(ticks[0, round], ticks[2, round]);
            Assert.True(round == 0 || ticks[0, round] > ticks[0, round - 1]);
        }
    }

    [Fact]
    public void A_cancelled_barrier_releases_the_waiting_and_refuses_the_coming()
    {
        var barrier = new SpinBarrier(2);
        bool? met = null;
        var waiter = new Thread(() => met = barrier.SignalAndWait());
        waiter.Start();
        barrier.Cancel();
        waiter.Join();

        Assert.False(met);
        Assert.False(barrier.SignalAndWait());
        Assert.False(barrier.SignalAndWait());
    }

    [Fact]
    public void A_gate_opens_for_all_at_one_tick_after_the_preparation()
    {
        const int Workers = 3;
        var gate = new StartGate(Workers);
        var starts = new ulong[Workers];
        var left = new ulong[Workers];
        var late = new ulong[Workers];
        int collectionsBefore = GC.CollectionCount(1);
        ulong prepared = 0;
        bool opened = false;
        PinnedWorkers.Run(
            AnyCpus(Workers),
            worker =>
            {
                Assert.True(gate.Wait(out starts[worker], out late[worker]));
                left[worker] = TickClock.Now();
            },
            [gate],
            () => opened = gate.OpenWhenReady(StartGate.DefaultLead, () => prepared = TickClock.Now()));

        Assert.True(opened);
        Assert.True(GC.CollectionCount(1) > collectionsBefore);
        Assert.All(starts, start => Assert.Equal(starts[0], start));
        Assert.True(starts[0] > prepared);
        for (int worker = 0; worker < Workers; worker++)
        {
            Assert.True(left[worker] - starts[worker] >= late[worker]);
        }
    }

    [Fact]
    public void A_cancelled_gate_releases_waiting_workers_and_cannot_be_opened()
    {
        var gate = new StartGate(1);
        bool? passed = null;
        var worker = new Thread(() => passed = gate.Wait(out _, out _));
        worker.Start();
        gate.Cancel();
        worker.Join();

        Assert.False(passed);
        Assert.False(gate.OpenWhenReady(TimeSpan.Zero));
    }

    [Fact]
    public void A_coordinator_does_not_wait_for_workers_of_a_cancelled_gate()
    {
        var gate = new StartGate(5);
        gate.Cancel();

        Assert.False(gate.OpenWhenReady(TimeSpan.Zero));
    }

    [Theory]
    [InlineData(typeof(SpinBarrier), "Arrived", "Generation")]
    [InlineData(typeof(StartGate), "Ready", "Start")]
    public void The_word_that_is_spun_on_has_its_lines_to_itself(Type type, string counted, string spunOn)
    {
        Type state = type.GetNestedType("State", BindingFlags.NonPublic)!;
        long first = Marshal.OffsetOf(state, counted).ToInt64();
        long second = Marshal.OffsetOf(state, spunOn).ToInt64();

        Assert.True(first >= CacheLine.Size);
        Assert.True(second - first >= CacheLine.Size);
        Assert.True(Marshal.SizeOf(state) - second >= CacheLine.Size + sizeof(ulong));
    }

    private static int[] AnyCpus(int workers)
    {
        CpuSet allowed = CpuSet.Allowed();
        return [.. Enumerable.Range(0, workers).Select(worker => allowed.Cpus[worker % allowed.Count])];
    }
}
