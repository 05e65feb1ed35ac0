using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using NatAllocBench.Kernels;
using NatAllocBench.LiveKernel;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Platform.Signals;
using NatAllocBench.Results.Model;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary><c>kernel</c>: the race's workloads on the netfilter of this machine, and with <c>--compare</c> the model beside it.</summary>
internal static class KernelCommand
{
    /// <summary>The name of a run that holds arrivals beside the model: what docs/race-and-kernel.md shows.</summary>
    private const string RaceAndKernel = "race-and-kernel";

    public static Command Create()
    {
        var command = new Command(
            "kernel",
            "Drive the netfilter of this machine with the race's workloads, in network namespaces of its own (Linux, root); "
            + "--compare compares it with the model of its era. There is no --cpus: the kernel uses every CPU that this process may use; "
            + "taskset restricts it.");
        KernelCommandOptions.AddTo(command);
        PublishOptions.AddTo(command);
        command.Options.Add(ProcessOptions.Uncalibrated);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        KernelCommandOptions options = KernelCommandOptions.From(parsed);
        if (LiveRequirements.WhyUnavailable() is { } reason)
        {
            return CommandLine.Refuse($"kernel: {reason}");
        }

        PublishOptions publish = PublishOptions.From(parsed);
        EraMatch match = EraCatalog.Match(LiveSession.KernelRelease);
        using var signals = new StopSignals(SecondSignal.IsIgnored);
        using var console = new RunConsole(publish.JsonToStandardOutput);
        console.Heading(
            options.Compared is not null ? "kernel --compare" : "kernel",
            $"Linux {LiveSession.KernelRelease}, which is era {match.Era.Name} ({match.Era.Releases})");
        MachineWatch machine = MachineWatch.Begin(CpuSet.Allowed(), publish.Keeps && ProcessOptions.Calibrates(parsed), signals.Token);
        try
        {
            using LiveSession session = LiveSession.Open(null, signals.Token);
            RunRecord run = options.Compared is { } parts
                ? Compare(parts, session, match, options, machine, console, signals.Token)
                : Measure(session, match, options, machine, console, signals.Token);
            KeptRun kept = publish.Keep(run);
            if (signals.Token.IsCancellationRequested)
            {
                console.Line("Interrupted: kept what was complete.");
            }

            RunScreen.Write(console, run, kept, publish.Wide);
            return signals.Token.IsCancellationRequested ? CommandLine.Interrupted : CommandLine.Success;
        }
        catch (LiveKernelUnavailableException exception)
        {
            return CommandLine.Refuse($"kernel: {exception.Message}");
        }
        catch (OperationCanceledException)
        {
            console.Line("Interrupted before anything was measured.");
            return CommandLine.Interrupted;
        }
    }

    private static RunRecord<ComparisonCell> Compare(
        ComparedParts parts, LiveSession session, EraMatch match, KernelCommandOptions options, MachineWatch machine, RunConsole console,
        CancellationToken cancellation)
    {
        if (PacketSender.AllowedCpus.Count < 2)
        {
            throw new UsageException("--compare: a race needs two CPUs, this process has one; give it another or leave --compare out");
        }

        DateTimeOffset started = DateTimeOffset.UtcNow;
        KernelComparisonResult? result = null;
        _ = console.WithProgress(options.Seconds, report =>
        {
            result = KernelComparison.Run(parts, session, match.Era, options.Seconds, options.Seed, report, cancellation);
            return result.Completed;
        });
        int judged = result!.Cells.Count(cell => cell.Agrees is not null);
        int agreed = result.Cells.Count(cell => cell.Agrees == true);
        return new RunRecord<ComparisonCell>
        {
            Command = "kernel-compare",
            Preset = parts.Arrivals is null ? null : RaceAndKernel,
            StartedUtc = started,
            MeasuredCommit = RunEnvironment.Commit,
            Dirty = RunEnvironment.IsDirty(),
            Completed = result.Completed,
            Argv = RunEnvironment.Argv,
            Options = options.Resolved(),
            Seeds = [options.Seed],
            Machine = machine.End(),
            Packages = RunEnvironment.Packages(),
            Pace = result.Pace,
            Notes = [$"{agreed} of {judged} compared figures agree", .. result.Notes, .. CommonNotes(session, match)],
            Cells = result.Cells,
        };
    }

    private static RunRecord<RaceCell> Measure(
        LiveSession session, EraMatch match, KernelCommandOptions options, MachineWatch machine, RunConsole console,
        CancellationToken cancellation)
    {
        DateTimeOffset started = DateTimeOffset.UtcNow;
        List<IKernelCell> cells =
        [
            .. options.Workloads.SelectMany(workload => workload.Cells(options.Choice, match.Era.Name))
                .Where(cell => cell.Cpus <= PacketSender.AllowedCpus.Count),
        ];
        if (cells.Count == 0)
        {
            throw new UsageException("--workloads: none of them can run on one CPU; use closed or exhaustion");
        }

        bool completed = console.WithProgress(
            options.Seconds, report => KernelRounds.Run(session, cells, options.Seconds, options.Seed, report, cancellation));
        PaceCalibration? pace = PaceOf(cells);
        return new RunRecord<RaceCell>
        {
            Command = "kernel",
            StartedUtc = started,
            MeasuredCommit = RunEnvironment.Commit,
            Dirty = RunEnvironment.IsDirty(),
            Completed = completed,
            Argv = RunEnvironment.Argv,
            Options = options.Resolved(),
            Seeds = [options.Seed],
            Machine = machine.End(),
            Packages = RunEnvironment.Packages(),
            Pace = pace?.Pace,
            Notes =
            [
                .. PaceNotes(options, pace),
                .. options.Workloads.Select(workload => $"{workload.Name}: {workload.Summary}"),
                .. CommonNotes(session, match),
                "The kernel has one counter for all failed insertions. What a full range makes unavoidable is called exhausted; the rest "
                + "is put under the race whose port choice the rule allows, and under none where it allows both. From Linux 5.0 on it "
                + "includes searches that gave up in a nearly full range.",
                .. cells.Where(cell => cell.Dropped > 0).Select(cell => string.Create(
                    CultureInfo.InvariantCulture, $"{cell.Name}: {cell.Dropped} repetitions {cell.WhyDropped} and were dropped")),
            ],
            Cells = [.. cells.Select(cell => cell.ToCell())],
        };
    }

    private static PaceCalibration? PaceOf(IReadOnlyList<IKernelCell> cells) =>
        cells.OfType<KernelCell>().Where(cell => cell.Workload == KernelWorkload.Pace).ToArray() is [var one, var two, var pairs]
            ? PaceCalibration.Of(one.Repetitions, two.Repetitions, pairs.Repetitions)
            : null;

    private static IEnumerable<string> PaceNotes(KernelCommandOptions options, PaceCalibration? pace)
    {
        if (pace is not null)
        {
            yield return $"Pace: {pace}. race --like-kernel RUN takes window, path time and rate from this run.";
        }
        else if (options.Workloads.Any(workload => workload.Name == KernelWorkload.Pace))
        {
            yield return "Pace: not determined; it needs two CPUs, two repetitions of its pairs, and a lost connection among them.";
        }
    }

    private static IEnumerable<string> CommonNotes(LiveSession session, EraMatch match)
    {
        yield return $"Counters from {session.CounterSource}; the topology and its limits are described in docs/live-kernel.md.";
        foreach (string warning in session.Topology.Warnings)
        {
            yield return warning;
        }

        foreach (string caution in match.Cautions)
        {
            yield return $"era {match.Era.Name}: {caution}";
        }
    }
}
