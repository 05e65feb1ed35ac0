using System.Text.RegularExpressions;
using NatAllocBench.Racing.Machine;

namespace NatAllocBench.Tests.Racing.Machine;

public sealed class MachineProbeTests
{
    [Fact]
    public void Two_sockets_with_smt_are_told_apart_from_four_times_as_many_cores()
    {
        DetectedMachine facts = RecordedMachine.Load("xeon-two-sockets-smt").Detect();

        Assert.Equal("Ubuntu 22.04.4 LTS", facts.Os);
        Assert.Equal("5.15.0-105-generic", facts.KernelRelease);
        Assert.Equal("Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz", facts.Cpu.Model);
        Assert.Equal((80, 40, 2, true), (facts.Cpu.LogicalCpus, facts.Cpu.PhysicalCores, facts.Cpu.Sockets, facts.Cpu.Smt));
        Assert.Equal(40, facts.Cpu.SiblingGroups.Count);
        Assert.Equal("0,40", facts.Cpu.SiblingGroups[0]);
        Assert.Equal(new CacheFacts(3, "Unified", 28160, 64, 40), facts.Cpu.Caches[^1]);
        Assert.Equal(["0-19,40-59", "20-39,60-79"], facts.NumaNodes.Select(node => node.Cpus));
        Assert.Equal([21, 10], facts.NumaNodes[1].Distances);
        Assert.Equal(("intel_pstate", 3900, true), (facts.Cpu.FrequencyDriver, facts.Cpu.MaxFrequencyMhz, facts.Cpu.Boost));
        Assert.Equal(["powersave"], facts.Cpu.Governors);
        Assert.Equal(new VirtualizationFacts(null, false, new CpuTimes(3705121, 0, 5645)), facts.Virtualization);
        Assert.Equal("Mitigation: Microcode", facts.Mitigations["gather_data_sampling"]);
        Assert.Equal(new ContainerFacts(2, null, null), facts.Container);
        Assert.Empty(facts.NotFound);
    }

    [Fact]
    public void An_arm64_machine_without_model_name_is_named_by_its_core()
    {
        DetectedMachine facts = RecordedMachine.Load("graviton-arm64").Detect();

        Assert.Equal("arm64", facts.Architecture);
        Assert.Equal("Arm Neoverse-N1 r3p1", facts.Cpu.Model);
        Assert.Equal((4, 4, 1, false), (facts.Cpu.LogicalCpus, facts.Cpu.PhysicalCores, facts.Cpu.Sockets, facts.Cpu.Smt));
        Assert.True(facts.Virtualization.IsVirtual);
        Assert.Equal("Amazon EC2 m6g.xlarge", facts.Virtualization.Hypervisor);
        Assert.Empty(facts.Cpu.Governors);
        Assert.Null(facts.Cpu.Boost);
        Assert.Contains(facts.NotFound, line => line.StartsWith("frequency governor: ", StringComparison.Ordinal));
        Assert.Equal("arch_sys_counter", facts.Clock.KernelClockSource);
    }

    [Fact]
    public void An_arm64_core_that_is_not_in_the_list_is_named_by_its_numbers()
    {
        DetectedMachine facts = new RecordedMachine().With("@architecture", "arm64").With(
            "/proc/cpuinfo",
            "processor\t: 0\nCPU implementer\t: 0xc0\nCPU variant\t: 0x0\nCPU part\t: 0xac3\nCPU revision\t: 1\n").Detect();

        Assert.Equal("ARM64 implementer 0xc0 part 0xac3 r0p1", facts.Cpu.Model);
    }

    [Fact]
    public void A_container_shows_its_limits_beside_the_machine_it_runs_on()
    {
        DetectedMachine facts = RecordedMachine.Load("container-limited").Detect();

        Assert.Equal(new ContainerFacts(2, 1.5, 2147483648), facts.Container);
        Assert.Equal(16, facts.Cpu.LogicalCpus);
        Assert.Equal("2-3", facts.Cpu.AllowedCpus);
        Assert.Equal(["2-3"], facts.Cpu.SiblingGroups);
        Assert.Equal(new CacheFacts(3, "Unified", 49152, 64, 16), facts.Cpu.Caches[^1]);
        Assert.Equal("KVM", facts.Virtualization.Hypervisor);
        Assert.Equal("never", facts.Memory.TransparentHugePages);
        Assert.Equal(65841236L * 1024, facts.Memory.TotalBytes);
    }

    [Fact]
    public void The_tightest_limit_of_a_group_and_those_above_it_counts()
    {
        DetectedMachine facts = new RecordedMachine()
            .With("/proc/self/cgroup", "0::/kubepods/pod7/box\n")
            .With("/sys/fs/cgroup/kubepods/cpu.max", "800000 100000\n")
            .With("/sys/fs/cgroup/kubepods/pod7/cpu.max", "200000 100000\n")
            .With("/sys/fs/cgroup/kubepods/pod7/box/cpu.max", "max 100000\n")
            .With("/sys/fs/cgroup/kubepods/pod7/box/memory.max", "1073741824\n").Detect();

        Assert.Equal(new ContainerFacts(2, 2, 1073741824), facts.Container);
    }

    [Fact]
    public void Limits_of_cgroup_version_1_are_found_when_the_path_is_that_of_the_host()
    {
        DetectedMachine facts = new RecordedMachine()
            .With("/proc/self/cgroup", "5:memory:/docker/ab12\n4:cpu,cpuacct:/docker/ab12\n1:name=systemd:/docker/ab12\n")
            .With("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "50000")
            .With("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000")
            .With("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712").Detect();

        Assert.Equal(new ContainerFacts(1, 0.5, null), facts.Container);
    }

    [Fact]
    public void A_machine_of_one_cpu_reports_its_stolen_time()
    {
        DetectedMachine facts = RecordedMachine.Load("vm-one-cpu").Detect();

        Assert.Equal((1, 1, false), (facts.Cpu.LogicalCpus, facts.Cpu.PhysicalCores, facts.Cpu.Smt));
        Assert.Empty(facts.Cpu.SiblingGroups);
        Assert.Equal(0.08, facts.Virtualization.CpuTimes!.StealShare, 1e-9);
        Assert.Equal("Xen, Xen HVM domU", facts.Virtualization.Hypervisor);
    }

    [Fact]
    public void Every_file_missing_leaves_facts_empty_and_says_which()
    {
        DetectedMachine facts = RecordedMachine.Load("everything-missing").Detect();

        Assert.Equal("Linux, recorded", facts.Os);
        Assert.Null(facts.Cpu.Model);
        Assert.Null(facts.Cpu.LogicalCpus);
        Assert.Null(facts.Cpu.Smt);
        Assert.Null(facts.Virtualization.IsVirtual);
        Assert.Null(facts.Virtualization.CpuTimes);
        Assert.Null(facts.LoadAverage);
        Assert.Null(facts.Memory.TotalBytes);
        Assert.Equal("0-1", facts.Cpu.AllowedCpus);
        Assert.Empty(facts.Warnings);
        Assert.Equal(
            ["CPU model", "cores and SMT", "frequency governor", "caches", "NUMA nodes", "mitigations", "container limits", "memory"],
            facts.NotFound.Select(line => line.Split(':')[0]));
    }

    [Fact]
    public void A_processor_of_128_cores_is_counted_beyond_64_and_255()
    {
        DetectedMachine facts = RecordedMachine.Load("epyc-128-cores").Detect();

        Assert.Equal("AMD EPYC 9754 128-Core Processor", facts.Cpu.Model);
        Assert.Equal((256, 128, 1, true), (facts.Cpu.LogicalCpus, facts.Cpu.PhysicalCores, facts.Cpu.Sockets, facts.Cpu.Smt));
        Assert.Equal("127,255", facts.Cpu.SiblingGroups[^1]);
        Assert.Equal(4, facts.NumaNodes.Count);
        Assert.Equal(16, facts.Cpu.Caches[^1].SharedBy);
        Assert.Equal(["performance"], facts.Cpu.Governors);
        Assert.True(facts.Cpu.Boost);
    }

    [Theory]
    [InlineData("/proc/cpuinfo", "garbage")]
    [InlineData("/proc/cpuinfo", "model name\t:")]
    [InlineData("/proc/stat", "cpu 1 2")]
    [InlineData("/proc/meminfo", "MemTotal: many kB")]
    [InlineData("/proc/loadavg", "high")]
    [InlineData("/proc/self/cgroup", "::")]
    [InlineData("/sys/devices/system/cpu/online", "all")]
    [InlineData("/sys/devices/system/node/online", "9-1")]
    [InlineData("/sys/kernel/mm/transparent_hugepage/enabled", "]sometimes[")]
    public void A_file_of_nonsense_counts_as_missing(string path, string content)
    {
        DetectedMachine facts = RecordedMachine.Load("everything-missing").With(path, content).Detect();

        Assert.Null(facts.Cpu.Model);
        Assert.Null(facts.Virtualization.CpuTimes);
        Assert.Null(facts.LoadAverage);
        Assert.Null(facts.Memory.TotalBytes);
        Assert.Null(facts.Memory.TransparentHugePages);
        Assert.Empty(facts.NumaNodes);
    }

    [Fact]
    public void The_running_machine_is_described_with_its_runtime_and_clock()
    {
        DetectedMachine facts = MachineProbe.Detect();

        Assert.NotEmpty(facts.Os);
        Assert.StartsWith(".NET", facts.Runtime.Version, StringComparison.Ordinal);
        Assert.Contains("TieredPGO", facts.Runtime.Settings.Keys);
        Assert.True(facts.Clock.CostNs > 0);

        // As a word: a machine may be called "vm", and its clock source is kvm-clock.
        Assert.DoesNotMatch($@"(?<![\w-]){Regex.Escape(Environment.MachineName)}(?![\w-])", facts.ToString());
    }
}
