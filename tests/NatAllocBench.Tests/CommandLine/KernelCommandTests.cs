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
            "kernel", "--workloads", "exhaustion", "--modes", "default", "--seconds", "1", "--no-publish", "--uncalibrated", "--json", "-");
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
        ProgramRun run = ProgramRun.Of("kernel", "--workloads", "pace", "--seconds", "1", "--no-publish", "--uncalibrated", "--json", "-");
        Assert.Equal(0, run.ExitCode);
        var read = Assert.IsType<RunRecord<RaceCell>>(RunFormat.Read(Encoding.UTF8.GetBytes(run.Output)));
        if (IsBusy(read))
        {
            return;
        }

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
            "--no-publish", "--uncalibrated", "--json", "-");
        Assert.Equal(0, run.ExitCode);
        var read = Assert.IsType<RunRecord<RaceCell>>(RunFormat.Read(Encoding.UTF8.GetBytes(run.Output)));
        Assert.Empty(RunValidator.Check(read, DateTimeOffset.UtcNow));
        Assert.All(read.Cells, cell => Assert.Equal((0.5, "udp"), (cell.Occupancy, cell.Protocol)));

        if (IsBusy(read))
        {
            return;
        }

        // A random start in a range that is half full and filled itself meets 1.5 taken ports (Knuth), and none in an empty one. The
        // kernel's full range meets 3 to 4: ports 1024 to 2047 are drawn twice as often and are one run long before the rest is half full.
        Assert.All(read.Cells, cell => Assert.InRange(cell.FoundPerConnection!.Value, 2, 6));
    }

    [LiveFact(Cpus = 2)]
    public void Compare_races_the_model_beside_the_kernel_on_the_same_arrivals()
    {
        ProgramRun run = ProgramRun.Of(
            "kernel", "--compare", "--workloads", "saturated,bursts,eviction", "--modes", "random-fully", "--fill", "25%",
            "--protocol", "tcp", "--seconds", "1", "--no-save", "--uncalibrated", "--json", "-");
        Assert.Equal(0, run.ExitCode);
        var read = Assert.IsType<RunRecord<ComparisonCell>>(RunFormat.Read(Encoding.UTF8.GetBytes(run.Output)));
        Assert.Empty(RunValidator.Check(read, DateTimeOffset.UtcNow));
        Assert.Equal("race-and-kernel", read.Name);
        Assert.NotNull(read.Pace);

        // A busy machine may drop a cell or blur a ratio; what is left must hold a figure of both sides and a verdict or its reason.
        ComparisonCell[] rows = [.. read.Cells.Where(cell => cell.Experiment is "saturated" or "bursts")];
        Assert.Equal(2, rows.Length);
        Assert.All(rows.Where(cell => cell.Missing is null), cell =>
        {
            Assert.True(
                cell is { Kernel: not null, Model: not null } && (cell.Agrees is not null || cell.Remark is not null), cell.ToString());
        });
        Assert.All(
            read.Cells.Where(cell => cell.Experiment == "new connections into a range full of TIME_WAIT"),
            cell => Assert.True(cell.Agrees, cell.ToString()));
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
                    Assert.True(
                        SpinWait.SpinUntil(() => Leftovers.NamespaceNames().Count == 3 || process.HasExited, TimeSpan.FromMinutes(1)));
                    using var kill = System.Diagnostics.Process.Start("kill", ["-TERM", $"{process.Id}"]);
                    kill.WaitForExit();
                },
                "kernel", "--workloads", "closed", "--seconds", "300", "--no-publish", "--uncalibrated", "--json", file);
            Assert.Equal(130, run.ExitCode);
            Assert.Empty(Leftovers.NamespaceNames());
            Assert.True(!File.Exists(file) || !RunFormat.ReadFile(file).Completed);

            // What it kept is the answer, which comes last.
            Assert.False(run.Output.TrimEnd().EndsWith("kept what was complete.", StringComparison.Ordinal), run.Output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>A machine with other work: a cell without one repetition that counts says so and has no figure.</summary>
    private static bool IsBusy(RunRecord<RaceCell> run)
    {
        RaceCell[] missing = [.. run.Cells.Where(cell => cell.Missing is not null)];
        Assert.All(missing, cell => Assert.StartsWith("no repetition was kept, ", cell.Missing, StringComparison.Ordinal));
        Assert.All(missing, cell => Assert.Null(cell.ConnectionsPerSecond));
        return missing.Length > 0;
    }
}
