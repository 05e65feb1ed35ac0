using NatAllocBench.Platform.Cpus;
using NatAllocBench.Reports.Comparison;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Tests.Platform;
using NatAllocBench.Tests.Racing.Race;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.CommandLine;

/// <summary>
/// What a user sees of a race whose workers did not run together, or whose CPUs were placed otherwise than another run's.
/// </summary>
[Collection(Alone.Name)]
public sealed class DisturbedRunTests
{
    private const int BusyThreads = 3;

    [TwoCpuFact]
    public void Strict_ends_with_exit_code_1_where_a_cell_was_disturbed()
    {
        int[] cpus = [.. CpuSet.Allowed().Cpus.Take(2)];
        using var stop = new CancellationTokenSource();
        Thread[] busy =
            [.. Enumerable.Range(0, BusyThreads).Select(_ => new Thread(() => Occupy(cpus[1], stop.Token)) { IsBackground = true })];
        foreach (Thread thread in busy)
        {
            thread.Start();
        }

        // Trials of a second each: none of them gets through between two turns of the scheduler.
        ProgramRun run = ProgramRun.Of(
            "race", "--strict", "--eras", "6.12", "--modes", "random-fully", "--arrival", "poisson:50000", "--connections", "50000",
            "--cpus", string.Join(',', cpus), "--seconds", "2", "--max-trials", "1", "--no-save");
        stop.Cancel();
        foreach (Thread thread in busy)
        {
            thread.Join();
        }

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("disturbed: the workers ran together in 0 of ", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"\(a\s+worker\s+was\s+away\s+for\s+up\s+to\s+[0-9.]+\s+ms", run.Output);
    }

    [Theory]
    [InlineData("throughput")]
    [InlineData("race")]
    public void Compare_gives_no_verdict_on_speeds_of_cpus_that_were_placed_differently(string command)
    {
        string directory = Directory.CreateTempSubdirectory("natallocbench-").FullName;
        try
        {
            string a = Write(directory, "a.json", 2.5e6, 120);
            string b = Write(directory, "b.json", 1.2e6, 480);
            string c = Write(directory, "c.json", 1.2e6, 130);

            string refused = ProgramRun.Here("compare", a, b).Output;
            string given = CompareCommand.Run([a, c], SampleRuns.Steady).Output;

            Assert.Contains("CPUs placed differently: ping-pong 120 and 480 ns", refused, StringComparison.Ordinal);
            Assert.DoesNotContain("worse", refused, StringComparison.Ordinal);
            Assert.DoesNotContain("placed differently", given, StringComparison.Ordinal);
            Assert.Contains("worse", given, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }

        string Write(string directory, string name, double speed, double pingPongNs)
        {
            string path = Path.Combine(directory, name);
            AtomicFile.Write(path, RunFormat.Write(command == "race"
                ? SampleRuns.Race(SampleRuns.OfProcesses("default", [1000, 1000, 1000, 1000], [20, 25, 24, 23], speed) with
                {
                    PingPongNs = pingPongNs,
                })
                : SampleRuns.Throughput(SampleRuns.Design("batched", speed, speed * 1.004, speed * 1.008, speed * 1.012) with
                {
                    PingPongNs = pingPongNs,
                })));
            return path;
        }
    }

    private static void Occupy(int cpu, CancellationToken stop)
    {
        _ = ThreadPinning.TryPinCurrentThread(cpu, out _);
        while (!stop.IsCancellationRequested)
        {
        }
    }
}
