using NatAllocBench.Platform.Cpus;
using NatAllocBench.Platform.Meeting;

namespace NatAllocBench.Tests.Platform.Meeting;

[Collection(Alone.Name)]
public sealed class PinnedWorkersTests
{
    [LinuxFact]
    public void Each_worker_runs_once_on_its_own_named_thread_and_cpu()
    {
        int[] cpus = [.. CpuSet.Allowed().Cpus];
        var ranOn = new int[cpus.Length];
        var names = new string?[cpus.Length];
        IReadOnlyList<WorkerReport> reports = PinnedWorkers.Run(cpus, worker =>
        {
            ranOn[worker] = ThreadPinning.CurrentCpu();
            names[worker] = Thread.CurrentThread.Name;
        }, []);

        Assert.Equal(cpus, ranOn);
        Assert.Equal(names, reports.Select(report => report.ThreadName));
        Assert.Equal(cpus, reports.Select(report => report.Cpu));
        Assert.Equal(Enumerable.Range(0, cpus.Length), reports.Select(report => report.Worker));
        Assert.All(reports, report => Assert.Null(report.PinFailure));
        Assert.All(reports, report => Assert.True(report.Preemptions >= 0));
        Assert.Equal("race-0-cpu" + cpus[0], reports[0].ThreadName);
    }

    [LinuxFact]
    public void A_worker_that_cannot_be_pinned_works_all_the_same_and_says_so()
    {
        bool ran = false;
        IReadOnlyList<WorkerReport> reports = PinnedWorkers.Run([CpuSet.MaxCpus - 1], _ => ran = true, []);

        Assert.True(ran);
        Assert.Contains("CPU 1023", reports[0].PinFailure, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_exception_of_a_worker_releases_the_others_and_reaches_the_caller()
    {
        int cpu = CpuSet.Allowed().Cpus[0];
        var barrier = new SpinBarrier(3);
        var released = new bool[3];
        var failure = Assert.Throws<InvalidOperationException>(() => PinnedWorkers.Run([cpu, cpu, cpu], worker =>
        {
            if (worker == 1)
            {
                throw new InvalidOperationException("worker 1 broke");
            }

            released[worker] = !barrier.SignalAndWait();
        }, [barrier]));

        Assert.Equal("worker 1 broke", failure.Message);
        Assert.True(released[0] && released[2]);
    }

    [Fact]
    public void A_worker_that_fails_before_the_gate_releases_the_coordinator()
    {
        int cpu = CpuSet.Allowed().Cpus[0];
        var gate = new StartGate(2);
        bool? opened = null;
        Assert.Throws<NotSupportedException>(() => PinnedWorkers.Run(
            [cpu, cpu],
            worker => _ = worker == 0 ? throw new NotSupportedException() : gate.Wait(out _, out _),
            [gate],
            () => opened = gate.OpenWhenReady(TimeSpan.Zero)));

        Assert.False(opened);
    }

    [Fact]
    public void An_exception_of_the_coordinator_releases_the_workers_and_reaches_the_caller()
    {
        var gate = new StartGate(1);
        bool? passed = null;
        Assert.Throws<NotSupportedException>(() => PinnedWorkers.Run(
            [CpuSet.Allowed().Cpus[0]], worker => passed = gate.Wait(out _, out _), [gate], () => throw new NotSupportedException()));

        Assert.False(passed);
    }

    [Fact]
    public void Cancellation_releases_workers_that_wait()
    {
        using var cancellation = new CancellationTokenSource();
        var gate = new StartGate(1);
        bool? passed = null;
        PinnedWorkers.Run(
            [CpuSet.Allowed().Cpus[0]], worker => passed = gate.Wait(out _, out _), [gate], cancellation.Cancel, cancellation.Token);

        Assert.False(passed);
    }

    [Fact]
    public void No_cpu_at_all_is_refused() => Assert.Throws<ArgumentException>(() => PinnedWorkers.Run([], _ => { }, []));
}
