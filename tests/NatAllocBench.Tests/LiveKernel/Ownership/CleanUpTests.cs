using NatAllocBench.LiveKernel;

namespace NatAllocBench.Tests.LiveKernel.Ownership;

[Collection(LiveTests.Name)]
public sealed class CleanUpTests(LiveTestRun run)
{
    [LiveFact]
    public void A_topology_that_is_disposed_leaves_the_machine_as_it_was()
    {
        string before = MachineState.Read();
        using (LiveTopology topology = LiveTopology.Create(run.Options))
        {
            Assert.Contains(topology.RouterNamespace, Leftovers.NamespaceNames());
        }

        Assert.Equal(before, MachineState.Read());
        Assert.Empty(Directory.GetFiles(Path.Combine(run.StatePath, "owners")));
        Assert.False(File.Exists(Path.Combine(run.StatePath, "sysctls")));
    }

    [LiveFact]
    public void A_build_that_is_cancelled_leaves_the_machine_as_it_was()
    {
        string before = MachineState.Read();
        Assert.Throws<OperationCanceledException>(() => LiveTopology.Create(run.Options, new CancellationToken(canceled: true)));
        Assert.Equal(before, MachineState.Read());
    }

    [LiveFact]
    public void A_rule_the_kernel_refuses_is_one_line_and_the_session_still_cleans_up()
    {
        string before = MachineState.Read();
        using (LiveTopology topology = LiveTopology.Create(run.Options))
        {
            var refused = new NatRule { Ports = new LivePortRange(2000, 1000) };
            var thrown = Assert.Throws<LiveKernelUnavailableException>(() => topology.Apply(refused));
            Assert.DoesNotContain('\n', thrown.Message);
        }

        Assert.Equal(before, MachineState.Read());
    }

    [LiveFact]
    public void What_a_killed_run_leaves_is_removed_by_the_next_run()
    {
        string before = MachineState.Read();
        using var held = new HeldSession(run.StatePath);
        held.KillHard();
        Assert.NotEqual(before, MachineState.Read());
        Assert.Contains(held.Name + "-r", Leftovers.NamespaceNames());

        using (LiveTopology next = LiveTopology.Create(run.Options))
        {
            Assert.DoesNotContain(Leftovers.NamespaceNames(), name => name.StartsWith(held.Name, StringComparison.Ordinal));
        }

        Assert.Equal(before, MachineState.Read());
    }

    [LiveFact]
    public void What_a_killed_run_leaves_can_be_removed_without_a_run()
    {
        string before = MachineState.Read();
        string limit = MachineState.ConntrackMax;
        using var held = new HeldSession(run.StatePath);
        bool raised = MachineState.ConntrackMax != limit;
        held.KillHard();

        LeftoverReport report = Leftovers.Remove(new StateDirectory(run.StatePath));

        Assert.Equal([held.Name + "-c", held.Name + "-r", held.Name + "-s"], report.RemovedNamespaces);
        Assert.Equal(raised, report.RestoredSysctls.Contains("net.netfilter.nf_conntrack_max"));
        Assert.Equal(before, MachineState.Read());
    }

    [LiveFact]
    public void A_run_that_is_stopped_by_a_signal_keeps_its_counts_and_leaves_the_machine_as_it_was()
    {
        string before = MachineState.Read();
        foreach (string signal in new[] { "INT", "TERM", "HUP" })
        {
            using var held = new HeldSession(run.StatePath);
            string printed = held.Signal(signal);
            Assert.Matches("^[0-9]+ True\n$", printed);
            Assert.Equal(0, held.Process.ExitCode);
            Assert.Equal(before, MachineState.Read());
        }
    }

    [LiveFact]
    public void A_process_that_exits_without_disposing_leaves_the_machine_as_it_was()
    {
        string before = MachineState.Read();
        using var held = new HeldSession(run.StatePath, "exit");
        Assert.True(held.Process.WaitForExit(TimeSpan.FromSeconds(60)));
        Assert.Equal(3, held.Process.ExitCode);
        Assert.Equal(before, MachineState.Read());
    }

    [LiveFact]
    public void Two_runs_at_once_count_only_their_own_packets_and_the_last_one_puts_sysctls_back()
    {
        string before = MachineState.Read();
        string limit = MachineState.ConntrackMax;
        using var other = new HeldSession(run.StatePath);
        string raised = MachineState.ConntrackMax;
        using (LiveSession session = LiveSession.Open(run.Options))
        {
            Assert.Contains(other.Name + "-r", Leftovers.NamespaceNames());
            LiveCell cell = ComparisonCells.Exhaustion(LiveProtocol.Udp, PortMode.Default, destinations: 5) with { Repetitions = 2 };
            LiveCellResult result = session.Run(cell);
            Assert.Equal(2, result.Repetitions.Count);
            Assert.All(result.Repetitions, repetition => Assert.Equal(500, repetition.Delivered));
            Assert.All(result.Repetitions, repetition => Assert.Equal(500, repetition.Counters.Total.InsertFailed));
        }

        Assert.Equal(raised, MachineState.ConntrackMax);
        Assert.False(other.Process.HasExited);
        _ = other.Signal("INT");
        Assert.Equal(limit, MachineState.ConntrackMax);
        Assert.Equal(before, MachineState.Read());
    }

    [LiveFact]
    public void A_sysctl_that_somebody_else_changed_meanwhile_is_left_alone()
    {
        const string Path = "/proc/sys/net/core/netdev_max_backlog";
        string original = File.ReadAllText(Path).Trim();
        try
        {
            var minimums = new Dictionary<string, long> { ["net.core.netdev_max_backlog"] = 20_001 };
            using (LiveTopology topology = LiveTopology.Create(run.Options with { SysctlMinimums = minimums }))
            {
                Assert.Equal("20001", File.ReadAllText(Path).Trim());
                File.WriteAllText(Path, "20002");
            }

            Assert.Equal("20002", File.ReadAllText(Path).Trim());
        }
        finally
        {
            File.WriteAllText(Path, original);
        }
    }
}
