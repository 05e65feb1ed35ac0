using NatAllocBench.Platform.Cpus;

namespace NatAllocBench.Tests.Platform.Cpus;

public sealed class ThreadPinningTests
{
    [LinuxFact]
    public void A_pinned_thread_runs_on_each_allowed_cpu_in_turn_and_gets_its_old_mask_back()
    {
        CpuSet allowed = CpuSet.Allowed();
        var seen = new List<int>();
        string? failure = null;
        bool allAllowedAgain = true;
        var thread = new Thread(() =>
        {
            foreach (int cpu in allowed.Cpus)
            {
                _ = ThreadPinning.TryPinCurrentThread(cpu, out string? why);
                failure ??= why;
                seen.Add(ThreadPinning.CurrentCpu());
            }

            ThreadPinning.UnpinCurrentThread();
            allAllowedAgain = AllowedForThisThread() == allowed.ToString();
        });
        thread.Start();
        thread.Join();

        Assert.Null(failure);
        Assert.Equal(allowed.Cpus, seen);
        Assert.True(allAllowedAgain);
    }

    [LinuxFact]
    public void A_cpu_that_does_not_exist_is_refused_with_its_number_and_the_allowed_ones()
    {
        int missing = CpuSet.Allowed().Cpus[^1] == CpuSet.MaxCpus - 1 ? throw new InvalidOperationException() : CpuSet.MaxCpus - 1;

        Assert.False(ThreadPinning.TryPinCurrentThread(missing, out string? why));
        Assert.StartsWith("sched_setaffinity to CPU 1023 failed", why, StringComparison.Ordinal);
        Assert.EndsWith($"allowed are {CpuSet.Allowed()}", why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(CpuSet.MaxCpus)]
    public void A_number_outside_the_mask_is_refused_on_every_system(int cpu)
    {
        Assert.False(ThreadPinning.TryPinCurrentThread(cpu, out string? why));
        Assert.Equal($"CPU {cpu} is outside 0 to 1023", why);
    }

    [LinuxFact]
    public void Allowed_tells_of_the_process_even_when_the_asking_thread_is_pinned()
    {
        CpuSet before = CpuSet.Allowed();
        CpuSet? whilePinned = null;
        var thread = new Thread(() =>
        {
            _ = ThreadPinning.TryPinCurrentThread(before.Cpus[0], out _);
            whilePinned = CpuSet.Allowed();
        });
        thread.Start();
        thread.Join();

        Assert.Equal(before, whilePinned);
    }

    // The kernel's own word on the calling thread, as a witness independent of the code under test.
    private static string AllowedForThisThread() => File.ReadLines("/proc/thread-self/status")
        .First(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split('\t')[1];
}
