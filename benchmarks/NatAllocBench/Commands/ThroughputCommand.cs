using System.CommandLine;
using System.CommandLine.Parsing;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Platform.Signals;
using NatAllocBench.Racing.Throughput;
using NatAllocBench.Results.Model;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary><c>throughput</c>: connections per second of every table design, beside the dictionaries a .NET user would pick.</summary>
internal static class ThroughputCommand
{
    private const string Summary =
        "Whole connections per second: lookup, allocation, by-source insertion, confirm of both directions; then deletion and expiry.";

    public static Command Create()
    {
        var command = new Command("throughput", "Measure connections per second of each table design, era and mode.");
        ThroughputOptions.AddTo(command);
        PublishOptions.AddTo(command);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        int processes = ProcessOptions.Count(parsed);
        ThroughputPlan plan = ThroughputOptions.Resolve(parsed);
        PublishOptions publish = PublishOptions.From(parsed);
        bool calibrates = publish.Keeps && ProcessOptions.Calibrates(parsed);
        if (ProcessOptions.IsChild(parsed))
        {
            using var lifeline = new Lifeline(CommandLine.Interrupted);
            return Here(plan, publish, calibrates, new PlacementWait(plan.Cpus, null, default), lifeline.Token);
        }

        OtherBuild? other = ThroughputOptions.OtherOf(parsed, plan);
        using var stop = new StopSignals();
        var placement = new PlacementWait(
            plan.Cpus, ProcessOptions.PlacementNs(parsed), PlacementWait.PatienceFor(plan.Seconds / processes));
        return processes == 1 && other is null
            ? Here(plan, publish, calibrates, placement, stop.Token)
            : InProcesses(processes, plan, other, publish, calibrates, placement, stop.Token);
    }

    private static int InProcesses(
        int count, ThroughputPlan plan, OtherBuild? other, PublishOptions publish, bool calibrates, PlacementWait placement,
        CancellationToken stop)
    {
        using var console = new RunConsole(publish.JsonToStandardOutput);
        console.Heading("throughput", Summary);
        int shares = other is null ? count : 2 * count;
        IReadOnlyList<RunRecord<ThroughputCell>> runs = FreshProcesses.Measure<ThroughputCell>(
            count, i => ThroughputOptions.Share(plan, i, shares), calibrates, placement, console,
            (i, measure) => other is null ? measure() : other.Turn(i, measure, plan, plan.Seconds / shares, console, stop), stop);
        if (runs.Count == 0)
        {
            console.Line("Interrupted before a round was finished: nothing was written.");
            return CommandLine.Interrupted;
        }

        RunRecord<ThroughputCell> run = FreshProcesses.Whole(
            PooledProcesses.Pool(runs), runs.Count, count, plan.Resolved(), placement.Notes);
        KeptRun kept = publish.Keep(run);
        RunScreen.Write(console, run, kept, publish.Wide);
        return stop.IsCancellationRequested ? CommandLine.Interrupted : CommandLine.Success;
    }

    private static int Here(ThroughputPlan plan, PublishOptions publish, bool calibrates, PlacementWait placement, CancellationToken stop)
    {
        using var console = new RunConsole(publish.JsonToStandardOutput);
        console.Heading("throughput", Summary);
        placement.Await(console.Line, stop);
        DateTimeOffset started = DateTimeOffset.UtcNow;
        MachineWatch machine = MachineWatch.Begin(plan.Cpus, calibrates, stop);
        ThroughputSession? session = null;
        bool completed = console.WithProgress(plan.Seconds, report =>
        {
            session = new ThroughputSession(plan)
            {
                Progress = (done, workload) => report(
                    $"{done} rounds, now era {workload.Era} {workload.Mode}, {workload.Connections} connections, {workload.Threads} "
                        + $"threads"),
            };
            return session.Run(stop);
        });
        var run = new RunRecord<ThroughputCell>
        {
            Command = "throughput",
            StartedUtc = started,
            MeasuredCommit = RunEnvironment.Commit,
            Dirty = RunEnvironment.IsDirty(),
            Completed = completed,
            Argv = RunEnvironment.Argv,
            Options = plan.Resolved(),
            Seeds = [plan.Seed],
            Machine = machine.End(),
            Packages = RunEnvironment.Packages(),
            Notes = [.. Notes(session!), .. placement.Notes],
            Cells = [.. session!.Published()],
        };
        KeptRun kept = publish.Keep(run);
        if (stop.IsCancellationRequested)
        {
            console.Line($"Interrupted: kept the {session!.Cells.Sum(cell => cell.Finished)} rounds that were finished.");
        }

        RunScreen.Write(console, run, kept, publish.Wide);
        return stop.IsCancellationRequested ? CommandLine.Interrupted : CommandLine.Success;
    }

    private static IEnumerable<string> Notes(ThroughputSession session)
    {
        yield return Summary;
        yield return "All sources are distinct and have one original port; the NAT has one address. Every round was proven by a walk of "
            + "the table.";
        yield return "A round runs in slices of less than a millisecond; slices in which a worker was preempted are left out, and a round "
            + "with more of them than others is dropped.";
        yield return "Compare cells of several threads only where their ping-pong is similar: the host moves its CPUs around.";
        yield return $"Lanes of SipHash: {SipHash24Lanes.Instructions}.";
        foreach (string failure in session.PinFailures)
        {
            yield return $"not pinned: {failure}";
        }
    }
}
