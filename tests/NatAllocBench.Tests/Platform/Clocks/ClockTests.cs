using System.Diagnostics;
using NatAllocBench.Platform.Clocks;

namespace NatAllocBench.Tests.Platform.Clocks;

[Collection(Alone.Name)]
public sealed class ClockTests
{
    [Fact]
    public void The_clock_never_runs_backwards_on_one_thread()
    {
        ulong previous = TickClock.Now();
        for (int i = 0; i < 100_000; i++)
        {
            ulong now = TickClock.Now();
            Assert.True((long)(now - previous) >= 0);
            previous = now;
        }
    }

    [Fact]
    public void An_interval_agrees_with_stopwatch()
    {
        // The stopwatch readings enclose the first pair and lie inside the second, so the bounds hold however long a
        // preemption lasts; the calibration itself may be off by a thousandth.
        ulong outer = TickClock.Now();
        long from = Stopwatch.GetTimestamp();
        ulong inner = TickClock.Now();
        BusyWait.For(TickClock.FromNanoseconds(5_000_000));
        ulong innerEnd = TickClock.Now();
        double stopwatchNs = Stopwatch.GetElapsedTime(from).TotalNanoseconds;
        ulong outerEnd = TickClock.Now();

        Assert.InRange(stopwatchNs, TickClock.ToNanoseconds(innerEnd - inner) * 0.999, TickClock.ToNanoseconds(outerEnd - outer) * 1.001);
    }

    [Fact]
    public void Ticks_and_nanoseconds_convert_back_and_forth()
    {
        foreach (double nanoseconds in (double[])[0, 250, 1_000, 1e9, 3.6e12])
        {
            Assert.InRange(
                TickClock.ToNanoseconds(TickClock.FromNanoseconds(nanoseconds)) - nanoseconds,
                -TickClock.NanosecondsPerTick,
                TickClock.NanosecondsPerTick);
        }
    }

    [Fact]
    public void Reading_the_clock_allocates_nothing()
    {
        _ = TickClock.Now();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            _ = TickClock.Now();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void The_clock_states_its_source_its_cost_and_its_step()
    {
        Assert.Equal(TickClock.WhyNotTsc is null, TickClock.SourceName.StartsWith("rdtsc at ", StringComparison.Ordinal));
        Assert.True(TickClock.CostNs > 0);
        Assert.True(TickClock.ResolutionNs > 0);
    }

    [Theory]
    [InlineData("flags\t\t: fpu constant_tsc nonstop_tsc", "tsc", null)]
    [InlineData("flags\t\t: fpu constant_tsc nonstop_tsc", "kvm-clock", null)]
    [InlineData("flags\t\t: fpu constant_tsc", "tsc", "the CPU does not promise nonstop_tsc")]
    [InlineData("", "tsc", "the CPU does not promise constant_tsc")]
    [InlineData("flags\t\t: constant_tsc nonstop_tsc", "hpet", "the kernel itself uses hpet instead of the time stamp counter")]
    public void The_time_stamp_counter_is_trusted_only_where_cpu_and_kernel_do(string flags, string source, string? expected) =>
        Assert.Equal(expected, TscTrust.WhyNot(flags, source));

    [Fact]
    public void A_busy_wait_is_never_shorter_than_asked()
    {
        ulong asked = TickClock.FromNanoseconds(500);
        for (int i = 0; i < 1000; i++)
        {
            ulong before = TickClock.Now();
            BusyWait.For(asked);
            Assert.True(TickClock.Now() - before >= asked);
        }
    }

    [Fact]
    public void The_measured_overshoot_states_what_was_asked_and_is_not_negative()
    {
        BusyWaitOvershoot overshoot = BusyWait.Measure(250, samples: 200);

        Assert.Equal(250, overshoot.AskedNs);
        Assert.Equal(200, overshoot.Samples);

        // Half a tick is lost where the length asked is rounded to ticks.
        Assert.InRange(overshoot.P50Ns, -TickClock.NanosecondsPerTick, overshoot.P99Ns);
    }
}
