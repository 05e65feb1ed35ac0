using NatAllocBench.Racing.Machine;

namespace NatAllocBench.Tests.Racing.Machine;

public sealed class MachineWarningsTests
{
    [Theory]
    [InlineData("xeon-two-sockets-smt", null, "smt governor")]
    [InlineData("xeon-two-sockets-smt", 40, "governor")]
    [InlineData("xeon-two-sockets-smt", 41, "smt governor")]
    [InlineData("graviton-arm64", null, "virtual")]
    [InlineData("graviton-arm64", 8, "few-cpus virtual")]
    [InlineData("container-limited", null, "quota smt virtual thp")]
    [InlineData("container-limited", 1, "one-cpu virtual thp")]
    [InlineData("vm-one-cpu", null, "one-cpu steal virtual")]
    [InlineData("vm-one-cpu", 2, "one-cpu few-cpus steal virtual")]
    [InlineData("epyc-128-cores", 128, "")]
    [InlineData("everything-missing", 2, "")]
    public void Each_machine_is_warned_of_what_spoils_it_and_of_nothing_else(string machine, int? cpusAsked, string expected)
    {
        DetectedMachine facts = RecordedMachine.Load(machine).Detect(cpusAsked);

        Assert.Equal(expected, string.Join(' ', facts.Warnings.Select(warning => warning.Code)));
    }

    [Fact]
    public void A_warning_names_the_values_and_the_fix()
    {
        IReadOnlyList<MachineWarning> warnings = RecordedMachine.Load("graviton-arm64").Detect(8).Warnings;
        MachineWarning governor = RecordedMachine.Load("xeon-two-sockets-smt").Detect(2).Warnings.Single();

        Assert.Equal("8 CPUs asked, 4 may be used (0-3)", warnings[0].Text);
        Assert.Equal("the frequency governor is powersave: set it to performance", governor.Text);
    }

    [Fact]
    public void Another_clock_than_the_counter_is_named_with_its_cost_and_reason()
    {
        DetectedMachine facts = RecordedMachine.Load("epyc-128-cores").Detect(2);
        DetectedMachine slow =
            facts with { Clock = new ClockFacts("Stopwatch at 1000 MHz", "the kernel itself uses hpet", 1, 600, "hpet") };

        Assert.Equal(
            "intervals are measured with Stopwatch at 1000 MHz (600 ns a reading): the kernel itself uses hpet",
            MachineWarnings.For(slow, 2).Single(warning => warning.Code == "clock").Text);
    }

    [Fact]
    public void Time_stolen_during_a_block_is_the_difference_of_two_readings()
    {
        var before = new CpuTimes(1000, 100, 0);

        Assert.Equal(0.05, new CpuTimes(1200, 110, 0).StealShareSince(before), 1e-9);
        Assert.Equal(0, before.StealShareSince(before));
    }

    /// <summary>As a build leaves the machine: a high load average, and CPUs that were busy until the first reading.</summary>
    [Fact]
    public void A_load_that_ended_before_the_run_is_noted_and_no_reason_for_a_warning()
    {
        DetectedMachine facts = RecordedMachine.Load("epyc-128-cores").With("/proc/loadavg", "300.5 80.0 30.0 1/2811 40011\n").Detect(2);
        var before = new CpuTimes(1_000_000, 0, 1_000_000);
        var after = new CpuTimes(1_000_100, 0, 1_000_050);

        Assert.Equal(300.5, facts.LoadAverage!.OneMinute);
        Assert.Empty(facts.Warnings);
        Assert.Empty(MachineWarnings.During(before, after, ownShare: 0.5));
    }

    [Theory]
    [InlineData(50, 0.5, "")]
    [InlineData(54, 0.5, "")]
    [InlineData(62, 0.5, "other work took 12 % of the machine's CPU time during the run: stop it, or expect a wide spread")]
    public void Other_work_is_what_processes_took_beyond_this_one_while_the_run_lasted(long processes, double own, string warning)
    {
        // Whatever ran before the first reading does not count.
        var before = new CpuTimes(1000, 0, 900);
        var after = new CpuTimes(1100, 0, 900 + processes);

        Assert.Equal(warning, string.Join(' ', MachineWarnings.During(before, after, own).Select(w => w.Text)));
    }
}
