using System.Text;
using NatAllocBench.LiveKernel;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Validation;
using NatAllocBench.Tests.LiveKernel;

namespace NatAllocBench.Tests.CommandLine;

/// <summary>The <c>kernel</c> command as a user runs it.</summary>
[Collection(LiveTests.Name)]
public class KernelCommandTests
{
    [LiveFact]
    public void The_live_kernel_gives_a_sound_run_and_leaves_nothing_behind()
    {
        ProgramRun run = ProgramRun.Of(
            "kernel", "--workloads", "exhaustion", "--modes", "default", "--seconds", "1", "--no-publish", "--json", "-");
        Assert.Equal(0, run.ExitCode);
        var read = Assert.IsType<RunRecord<RaceCell>>(RunFormat.Read(Encoding.UTF8.GetBytes(run.Output)));
        Assert.Empty(RunValidator.Check(read, DateTimeOffset.UtcNow));
        Assert.All(read.Cells, cell => Assert.Equal(cell.Attempts / 2, cell.FailedExhausted));
        Assert.StartsWith("linux-", read.Cells[0].System, StringComparison.Ordinal);
        Assert.Empty(Leftovers.NamespaceNames());
    }

    [LiveFact(Cpus = 2)]
    public void The_pace_of_the_kernel_is_printed_and_kept_for_the_race()
    {
        ProgramRun run = ProgramRun.Of("kernel", "--workloads", "pace", "--seconds", "1", "--no-publish", "--json", "-");
        Assert.Equal(0, run.ExitCode);
        var read = Assert.IsType<RunRecord<RaceCell>>(RunFormat.Read(Encoding.UTF8.GetBytes(run.Output)));
        KernelPace pace = Assert.IsType<KernelPace>(read.Pace);
        RaceCell one = read.Cells.Single(cell => cell.Cpus == 1);
        Assert.Equal(1e9 / one.ConnectionsPerSecond!.Value, pace.WindowNs + pace.PathTimeNs, 3);
        Assert.Equal(read.Cells.Single(cell => cell is { Cpus: 2, Arrival: "closed" }).ConnectionsPerSecond, pace.PacketsPerSecond);
        Assert.Contains(read.Notes, note => note.StartsWith("Pace: a packet takes ", StringComparison.Ordinal));
        Assert.Contains("Pace: a packet takes ", run.Error, StringComparison.Ordinal);
    }

    [LiveFact(Cpus = 2)]
    public void Packets_arrive_at_the_occupancy_that_was_asked_for()
    {
        ProgramRun run = ProgramRun.Of(
            "kernel", "--workloads", "closed", "--modes", "random", "--fill", "50%", "--protocol", "udp", "--seconds", "1",
            "--no-publish", "--json", "-");
        Assert.Equal(0, run.ExitCode);
        var read = Assert.IsType<RunRecord<RaceCell>>(RunFormat.Read(Encoding.UTF8.GetBytes(run.Output)));
        Assert.Empty(RunValidator.Check(read, DateTimeOffset.UtcNow));
        Assert.All(read.Cells, cell => Assert.Equal((0.5, "udp"), (cell.Occupancy, cell.Protocol)));

        // A random start in a range that is half full that filled itself probes 2.5 ports (Knuth), 1.5 of them taken.
        Assert.All(read.Cells, cell => Assert.InRange(cell.FoundPerConnection!.Value, 1.2, 1.8));
    }

    [Theory]
    [InlineData("97%")]
    [InlineData("1%")]
    [InlineData("half")]
    [InlineData("-0.5")]
    public void A_fill_that_cannot_be_is_named(string fill)
    {
        ProgramRun run = ProgramRun.Of("kernel", "--fill=" + fill);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"--fill {fill}: use 0, or shares from 5% to 95%", run.Error, StringComparison.Ordinal);
    }

    [LiveFact]
    public void A_stopped_run_keeps_what_it_measured_and_leaves_nothing_behind()
    {
        string file = Path.Combine(Path.GetTempPath(), $"kernel-{Guid.NewGuid():N}.json");
        try
        {
            ProgramRun run = ProgramRun.Of(
                Path.GetTempPath(),
                process =>
                {
                    // The first line comes before the set-up: wait until there is something to clean up.
                    Assert.True(SpinWait.SpinUntil(() => Leftovers.NamespaceNames().Count == 3 || process.HasExited, TimeSpan.FromMinutes(1)));
                    using var kill = System.Diagnostics.Process.Start("kill", ["-TERM", $"{process.Id}"]);
                    kill.WaitForExit();
                },
                "kernel", "--workloads", "closed", "--seconds", "300", "--no-publish", "--json", file);
            Assert.Equal(130, run.ExitCode);
            Assert.Empty(Leftovers.NamespaceNames());
            Assert.True(!File.Exists(file) || !RunFormat.ReadFile(file).Completed);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
