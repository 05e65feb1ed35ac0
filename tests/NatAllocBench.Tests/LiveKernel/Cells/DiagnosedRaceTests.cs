using System.Globalization;
using System.Text.RegularExpressions;
using NatAllocBench.LiveKernel;
using NatAllocBench.Node.Answers;
using NatAllocBench.Node.Diagnosing;
using NatAllocBench.Tests.CommandLine;

namespace NatAllocBench.Tests.LiveKernel.Cells;

/// <summary>What a diagnosis says of a node on which a known race ran.</summary>
[Collection(LiveTests.Name)]
public sealed partial class DiagnosedRaceTests(LiveTestRun run) : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("natab-race-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>Each pair races for one port towards a destination of its own: nothing is exhausted, every failure is a race.</summary>
    [LiveFact(Cpus = 2, Command = "conntrack")]
    public void All_failures_of_a_race_in_lockstep_are_diagnosed_as_race()
    {
        using LiveSession session = LiveSession.Open(run.Options);
        LiveCell cell = ComparisonCells.Calibration(2000, pairs: 1000);
        session.Prepare(cell.Rule, cell.Plan.PacketCount, cell.Name);
        string before = Collect(session, "before");
        long failed = session.Measure(cell.Plan, CancellationToken.None).Counters.Total.InsertFailed;
        NodeAnswer answer = NodeAnswer.Of([Collect(session, "after")], [before], new DiagnoseOptions { Interval = 1 });

        Match causes = Causes().Match(answer.Text);
        Assert.True(causes.Success, answer.Text);
        double[] figures = [.. causes.Groups.Values.Skip(1).Select(group =>
            double.Parse(group.Value, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture))];
        Assert.True(failed > 0, "the two CPUs never met");
        Assert.Equal(failed, figures[0]);
        Assert.InRange(failed, figures[2], figures[3]);
        Assert.Equal(0, figures[4]);
    }

    private string Collect(LiveSession session, string name)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "NatAllocBench.dll");
        ProgramRun collected = ShellRun.Of(
            _directory, $"ip netns exec {session.Topology.RouterNamespace} dotnet '{program}' diagnose --collect {name} --interval 0");
        Assert.True(collected.ExitCode == 0, collected.Error);
        return Path.Combine(_directory, name);
    }

    [GeneratedRegex(@"insert_failed in 1 s: (\S+) = race (\S+) \[(\S+), (\S+)\] \+ exhausted (\S+) ")]
    private static partial Regex Causes();
}
