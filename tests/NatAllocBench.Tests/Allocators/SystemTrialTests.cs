using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Tests.Platform;
using NatAllocBench.Tests.Racing.Race;
using static NatAllocBench.Tests.Allocators.SystemRaces;

namespace NatAllocBench.Tests.Allocators;

/// <summary>
/// Systems raced by two CPUs; every trial proves its counts against a walk of its table. <see cref="SystemCountTests"/> has those of one
/// CPU.
/// </summary>
[Collection(Alone.Name)]
public class SystemTrialTests
{
    /// <summary>Trials until two CPUs have met: one or two, unless other work takes a CPU.</summary>
    private const int MostTrials = 200;

    private static readonly PortRange Narrow = new(20000, 20255);

    /// <summary>Two clients that send at one moment from the same source port.</summary>
    private static readonly SystemWorkload Meeting = new()
    {
        Clients = 2,
        WindowNs = 20_000,
        Arrival = new Arrival.Bursts(0),
        SourcePorts = SourcePortChoice.Shared,
        Connections = 40,
    };

    [TwoCpuFact]
    public void Window_of_FreeBSD_loses_connections_and_the_mutex_of_OpenBSD_none()
    {
        var bursts =
            new SystemWorkload { Clients = 2, Occupancy = 0.9, WindowNs = 20_000, Arrival = new Arrival.Bursts(0), Connections = 20 };

        Assert.True(Loses("pf-freebsd-main", "default", bursts), "two CPUs that choose among 25 ports at once never met");
        Assert.True(NeverLoses("pf-openbsd-7.6", "default", bursts));
    }

    [TwoCpuFact]
    public void Reallocation_and_reservation_cure_the_kernel_and_the_default_loses()
    {
        Assert.True(Loses("netfilter-6.12", "default", Meeting), "two clients with the same source port never met");
        Assert.True(NeverLoses("netfilter-6.12", "reallocate", Meeting));
        Assert.True(NeverLoses("netfilter-6.12", "reserve", Meeting));
    }

    [TwoCpuFact]
    public void Cilium_up_to_1_13_retries_what_1_15_drops()
    {
        Assert.True(Loses("cilium-1.15", "default", Meeting), "two clients with the same source port never met");
        Assert.True(NeverLoses("cilium-1.8", "default", Meeting));
        Assert.True(NeverLoses("cilium-1.16", "default", Meeting));
    }

    [TwoCpuFact]
    public void Waiting_for_a_mutex_is_measured_and_is_no_reason_to_call_a_trial_disturbed()
    {
        // Jool searches a table under its lock: the other worker waits tens of microseconds, which looks like a worker that does not run.
        var workload = new SystemWorkload { Clients = 8, Connections = 5000, SourcePorts = SourcePortChoice.Kernel };
        IEnumerable<TrialResult> jool = Enumerable.Range(1, MostTrials)
            .Select(seed => Run(Find("jool-4.2"), Find("jool-4.2").DefaultRange, workload, [0, 1], (ulong)seed)!);
        TrialResult linux = Run(Find("netfilter-6.12"), PortRange.Common, workload, [0, 1])!;

        Assert.True(
            jool.Any(trial => trial is { LockWaitNs: > 1e6, Overlap.Counts: true }),
            "no trial counts in which a worker waited for a millisecond in all");
        Assert.Null(linux.LockWaitNs);
    }

    [Fact]
    public void Who_waits_for_the_mutex_is_told_how_long_and_who_does_not_is_told_nothing()
    {
        Assert.Equal(0UL, new SystemMutex().Enter());

        // Other work may keep the second one from asking until the first has left.
        Assert.Contains(Enumerable.Range(0, 50), _ => WaitOfTheSecond() > 0);
    }

    private static ulong WaitOfTheSecond()
    {
        var mutex = new SystemMutex();
        _ = mutex.Enter();
        ulong waited = 0;
        using var begun = new ManualResetEventSlim();
        var other = new Thread(() =>
        {
            begun.Set();
            waited = mutex.Enter();
            mutex.Exit();
        });
        other.Start();
        begun.Wait();
        BusyWait.For(TickClock.FromNanoseconds(20e6));
        mutex.Exit();
        other.Join();
        return waited;
    }

    private static bool Loses(string name, string mode, SystemWorkload workload) => Losing(name, mode, workload, MostTrials).Any();

    private static bool NeverLoses(string name, string mode, SystemWorkload workload) => !Losing(name, mode, workload, trials: 5).Any();

    /// <summary>The trials that lost a connection, each run when it is asked for.</summary>
    private static IEnumerable<TrialResult> Losing(string name, string mode, SystemWorkload workload, int trials)
    {
        PortRange range = name.StartsWith("pf", StringComparison.Ordinal) ? Narrow : PortRange.Common;
        return Enumerable.Range(0, trials)
            .Select(seed => Run(Find(name), range, workload, [0, 1], (ulong)seed, mode)!)
            .Where(trial => trial.All.FailedKeepPort + trial.All.FailedSearch > 0);
    }
}
