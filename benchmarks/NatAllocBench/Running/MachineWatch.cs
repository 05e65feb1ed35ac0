using System.Globalization;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Machine;
using MachineFacts = NatAllocBench.Results.Model.MachineFacts;

namespace NatAllocBench.Running;

/// <summary>The machine of a run: described and calibrated before the measurement, and asked afterwards what the hypervisor took meanwhile.</summary>
internal sealed class MachineWatch
{
    private readonly MachineFacts _before;
    private readonly CpuTimes? _timesBefore;

    private MachineWatch(MachineFacts before)
    {
        _before = before;
        _timesBefore = MachineProbe.ReadCpuTimes();
    }

    /// <summary>Describes the machine; to be called before anything is measured, since its load is among the facts.</summary>
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
    public MachineFacts End()
    {
        double? stolen = _timesBefore is { } before ? MachineProbe.ReadCpuTimes()?.StealShareSince(before) : null;
        return stolen > MachineWarnings.StealLimit
            ? _before with
            {
                Warnings =
                [
                    .. _before.Warnings,
                    string.Create(CultureInfo.InvariantCulture, $"the hypervisor took {stolen * 100:0.0} % of the CPU time during the run"),
                ],
            }
            : _before;
    }
}
