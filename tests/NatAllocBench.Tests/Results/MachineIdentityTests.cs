using NatAllocBench.Reports;
using NatAllocBench.Reports.Comparison;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;

namespace NatAllocBench.Tests.Results;

public sealed class MachineIdentityTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Kernel_runtime_and_a_container_limit_make_no_other_machine() => Assert.Equal(
        MachineIdentity.Of(Machine(64)),
        MachineIdentity.Of(
            Machine(64) with { Cores = 2, Kernel = "5.15.0", Runtime = ".NET 11", Gc = "server", OsDescription = "Fedora" }));

    [Fact]
    public void Ten_machines_of_one_name_and_other_topology_are_ten() =>
        Assert.Equal(10, Enumerable.Range(1, 10).Select(i => MachineIdentity.Of(Machine(2 * i))).Distinct().Count());

    [Fact]
    public void The_hypervisor_and_the_caches_tell_machines_apart()
    {
        MachineFacts bare = Machine(64);
        string[] identities =
        [
            MachineIdentity.Of(bare),
            MachineIdentity.Of(With(bare, "virtualization", "hypervisor", "KVM")),
            MachineIdentity.Of(With(bare, "caches", "L3 Unified", "32768 KiB, shared by 8")),
        ];

        Assert.Equal(3, identities.Distinct().Count());
        Assert.All(identities, identity => Assert.Matches("^linux-x64-amd-epyc-9r45-zen-5-64cpu-[0-9a-f]{6}$", identity));
    }

    [Fact]
    public void The_owners_name_names_the_directory() =>
        Assert.Equal("rack-7", MachineIdentity.Of(Machine(64) with { Label = "Rack 7" }));

    [Fact]
    public void A_hostile_fact_stays_a_plain_name() =>
        Assert.Matches("^[a-z0-9.-]+$", MachineIdentity.Of(With(Machine(2), "cpu", "logical CPUs", "../../<b>")));

    [Fact]
    public void Two_machines_under_one_name_are_refused_and_the_way_out_is_named()
    {
        ResultsStore store = new(_root);
        _ = store.Publish(SampleRuns.Race() with { Machine = Machine(64) with { Label = "lab" } });
        _ = store.Publish(SampleRuns.Race() with { Machine = Machine(2) with { Label = "lab" } });

        CommandResult result = ResultsIndex.Publish(_root);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(
            "lab: holds runs of different machines; give each its own name with --machine", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Machines_are_compared_by_the_names_of_their_runs_and_what_is_left_out_is_said()
    {
        ResultsStore store = new(_root);
        RunRecord<RaceCell> run = SampleRuns.Race() with { GivenName = "sizes" };
        string older = Path.GetFileName(store.Publish(run));
        string newest = store.Publish(run with { StartedUtc = run.StartedUtc.AddHours(1) });
        _ = store.Publish(run with { GivenName = "designs" });
        string other = store.Publish(run with { Machine = Machine(64) });

        CommandResult result = CompareCommand.Run([Path.GetDirectoryName(newest)!, Path.GetDirectoryName(other)!], new ComparisonOptions());

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("sizes: B against A", result.Output, StringComparison.Ordinal);
        Assert.Contains("Only in A: designs", result.Output, StringComparison.Ordinal);
        Assert.Contains($"Left out of A, a newer run has the same name: {older}", result.Output, StringComparison.Ordinal);
    }

    private static MachineFacts Machine(int cpus) => With(SampleRuns.Machine, "cpu", "logical CPUs", $"{cpus}") with { Cores = cpus };

    private static MachineFacts With(MachineFacts machine, string section, string name, string value) => machine with
    {
        Facts = new Dictionary<string, IReadOnlyDictionary<string, string>>(machine.Facts)
        {
            [section] = new Dictionary<string, string>(
                machine.Facts.GetValueOrDefault(section) ?? new Dictionary<string, string>())
            {
                [name] = value,
            },
        },
    };
}
