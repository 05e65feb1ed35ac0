using System.Diagnostics;
using System.Globalization;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Machine;
using NatAllocBench.Reports.Answers;
using NatAllocBench.Results.Model;
using NatAllocBench.Running;

namespace NatAllocBench.Contributing;

/// <summary>Measures what a contribution holds: the machine, preset quick and throughput, the two in fresh processes.</summary>
/// <param name="seconds">The time for all.</param>
/// <param name="processes">Fresh processes of each run.</param>
/// <param name="seed">The first seed.</param>
/// <param name="label">The owner's name for the machine, or null.</param>
internal sealed class ContributionCourse(double seconds, int processes, ulong seed, string? label)
{
    // Starting processes, writing and checking need some of the time; the rest is shared by all of them.
    private const double MeasuredShare = 0.9;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<string> _disturbances = [];
    private MachineFacts? _machine;
    private int _started;

    /// <summary>What was not quiet, a line each.</summary>
    public IReadOnlyList<string> Disturbances => [.. _disturbances.Distinct()];

    /// <summary>Describes and calibrates the machine, and watches meanwhile whether it is quiet.</summary>
    public void Machine(CancellationToken stop)
    {
        MachineWatch watch = MachineWatch.Begin(CpuSet.Allowed(), calibrates: false, stop);
        try
        {
            _machine = RecordedMachine.Calibrated(CpuSet.Allowed(), stop);
        }
        catch (OperationCanceledException)
        {
            _machine = RecordedMachine.Detect(CpuSet.Allowed());
        }

        _disturbances.AddRange(watch.Disturbances().Select(text => $"machine: {text}"));
    }

    /// <summary>Races the preset and measures throughput.</summary>
    /// <param name="progress">Told before every process.</param>
    /// <param name="stop">Ends it; what was measured until then is kept.</param>
    /// <returns>The runs that have anything.</returns>
    public IReadOnlyList<RunRecord> Runs(Action<string> progress, CancellationToken stop)
    {
        double left = Math.Max((seconds - _clock.Elapsed.TotalSeconds) * MeasuredShare, 0.1);
        string share = (left / (2 * processes)).ToString("0.###", CultureInfo.InvariantCulture);
        string[] race = ["race", "--preset", "quick", "--seconds", share];
        string[] throughput = ["throughput", "--seconds", share];
        RunRecord?[] runs =
        [
            Run<RaceCell>(race, "quick", PooledProcesses.Pool, cell => cell.Trials > 0, progress, stop),
            Run<ThroughputCell>(throughput, "throughput", PooledProcesses.Pool, cell => cell.Missing is null, progress, stop),
        ];
        return [.. runs.OfType<RunRecord>()];
    }

    private RunRecord<TCell>? Run<TCell>(
        string[] arguments,
        string what,
        Func<IReadOnlyList<RunRecord<TCell>>, RunRecord<TCell>> pool,
        Func<TCell, bool> isMeasured,
        Action<string> progress,
        CancellationToken stop)
        where TCell : class
    {
        List<RunRecord<TCell>> runs = [];
        for (int i = 0; i < processes && !stop.IsCancellationRequested; i++)
        {
            progress($"{what}, process {i + 1} of {processes}");
            string own = unchecked(seed + (ulong)_started++).ToString(CultureInfo.InvariantCulture);
            if (FreshProcesses.One<TCell>([.. arguments, "--seed", own], calibrates: false, isQuiet: true, stop) is { } run)
            {
                runs.Add(run);
            }
        }

        if (runs.Count == 0 || pool(runs) is not { } pooled || !pooled.Cells.Any(isMeasured))
        {
            return null;
        }

        _disturbances.AddRange(RunWarnings.OfDisturbance(pooled).Concat(pooled.Machine.Warnings.Where(MachineWarnings.IsOfDisturbance))
            .Select(text => $"{what}: {text}"));
        return FreshProcesses.Whole(pooled, runs.Count, processes, pooled.Options, []) with { Machine = OfRun(pooled.Machine) };
    }

    // The machine was calibrated once for all processes.
    private MachineFacts OfRun(MachineFacts ofRun)
    {
        Dictionary<string, IReadOnlyDictionary<string, string>> facts = new(ofRun.Facts);
        if (_machine!.Facts.TryGetValue("calibration", out IReadOnlyDictionary<string, string>? calibration))
        {
            facts["calibration"] = calibration;
        }

        return ofRun with { Label = label, Facts = facts, CalibrationNs = _machine.CalibrationNs, CoreToCoreNs = _machine.CoreToCoreNs };
    }
}
