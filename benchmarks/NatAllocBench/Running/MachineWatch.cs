using System.Diagnostics;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Machine;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Running;

/// <summary>
/// The machine of a run: described and calibrated before the measurement, and asked afterwards what the hypervisor and other work took
/// meanwhile. What ran before, such as the build of this program, does not count.
/// </summary>
internal sealed class MachineWatch
{
    private readonly MachineFacts _before;
    private readonly CpuTimes? _timesBefore;
    private readonly TimeSpan _ownBefore;
    private readonly Stopwatch _clock;

    private MachineWatch(MachineFacts before)
    {
        _before = before;
        _timesBefore = MachineProbe.ReadCpuTimes();
        _ownBefore = Environment.CpuUsage.TotalTime;
        _clock = Stopwatch.StartNew();
    }

    /// <summary>Describes the machine; to be called right before the measurement.</summary>
    /// <param name="cpus">CPUs that the run uses.</param>
    /// <param name="calibrates">Whether to calibrate as well, which takes a second: only a run that is kept needs it.</param>
    /// <param name="cancellation">Leaves the calibration out from the moment it is cancelled.</param>
    public static MachineWatch Begin(CpuSet cpus, bool calibrates, CancellationToken cancellation)
    {
        try
        {
            return new MachineWatch(calibrates ? RecordedMachine.Calibrated(cpus, cancellation) : RecordedMachine.Detect(cpus));
        }
        catch (OperationCanceledException)
        {
            return new MachineWatch(RecordedMachine.Detect(cpus));
        }
    }

    /// <summary>The machine with what was seen during the measurement.</summary>
    /// <param name="disturbances">What the measurement itself noticed.</param>
    public MachineFacts End(params IEnumerable<string> disturbances) => End(disturbances, _before);

    /// <summary>The same for a description that was made meanwhile.</summary>
    public MachineFacts End(IEnumerable<string> disturbances, MachineFacts machine) =>
        machine with { Warnings = [.. disturbances, .. Disturbances(), .. machine.Warnings] };

    /// <summary>What the hypervisor and other work took so far.</summary>
    public IReadOnlyList<string> Disturbances() => [.. During().Select(warning => warning.Text)];

    private IEnumerable<MachineWarning> During()
    {
        double own = (Environment.CpuUsage.TotalTime - _ownBefore) / (_clock.Elapsed * Environment.ProcessorCount);
        return _timesBefore is { } before && MachineProbe.ReadCpuTimes() is { } after ? MachineWarnings.During(before, after, own) : [];
    }
}
