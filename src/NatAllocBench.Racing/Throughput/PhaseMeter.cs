using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Counts;

namespace NatAllocBench.Racing.Throughput;

/// <summary>
/// Adds up one phase of a round (setting up, deleting, expiring). The phase runs in slices of less than a millisecond, at whose ends
/// workers meet; a slice in which a worker was preempted, or which it began too late, is left out, so that large tables can be measured on
/// a machine that is not idle.
/// </summary>
internal sealed class PhaseMeter(int workers)
{
    /// <summary>Share of a slice that a worker may miss at its start.</summary>
    private const double MostLate = 1 - TrialOverlap.LeastShare;

    private readonly PerWorker<SliceNotes> _notes = new(workers);
    private readonly ulong[] _workerTicks = new ulong[workers];
    private readonly long[] _workerDone = new long[workers];
    private ulong _cleanTicks;
    private long _cleanDone;

    /// <summary>Connections over all slices.</summary>
    public long Done { get; private set; }

    /// <summary>Connections that were tried in the undisturbed slices.</summary>
    public long CleanTried { get; private set; }

    /// <summary>Those of them that failed.</summary>
    public long CleanFailed => CleanTried - _cleanDone;

    /// <summary>Managed bytes that the workers allocated in the timed part.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Whether enough of the phase ran undisturbed: at least half of its connections.</summary>
    public bool IsClean => _cleanDone > 0 && 2 * _cleanDone >= Done;

    /// <summary>Connections per second of all workers together, from the first start to the last end of each undisturbed slice.</summary>
    public double PerSecond => _cleanDone * 1e9 / TickClock.ToNanoseconds(_cleanTicks);

    /// <summary>Speed of the slowest worker over that of the fastest, 0 to 1.</summary>
    public double Fairness
    {
        get
        {
            double[] speeds =
                [.. _workerTicks.Zip(_workerDone, (ticks, done) => ticks == 0 ? 0 : (double)done / ticks).Where(speed => speed > 0)];
            return speeds.Length == 0 ? 1 : speeds.Min() / speeds.Max();
        }
    }

    /// <summary>Where a worker leaves what it saw of the present slice.</summary>
    public ref SliceNotes Notes(int worker) => ref _notes[worker];

    public void Reset()
    {
        Array.Clear(_workerTicks);
        Array.Clear(_workerDone);
        _cleanTicks = 0;
        _cleanDone = 0;
        CleanTried = 0;
        Done = 0;
        AllocatedBytes = 0;
    }

    /// <summary>Adds the present slice. One worker calls it while the others wait.</summary>
    /// <param name="due">The tick at which all were to start.</param>
    public void EndSlice(ulong due)
    {
        ulong start = ulong.MaxValue;
        ulong latest = 0;
        ulong end = 0;
        long done = 0;
        long tried = 0;
        bool preempted = false;
        for (int worker = 0; worker < workers; worker++)
        {
            ref SliceNotes notes = ref _notes[worker];
            start = Math.Min(start, notes.Start);
            latest = Math.Max(latest, notes.Start);
            end = Math.Max(end, notes.End);
            done += notes.Done;
            tried += notes.Tried;
            preempted |= notes.Preemptions > 0;
            AllocatedBytes += notes.AllocatedBytes;
        }

        Done += done;
        if (preempted || latest - due > MostLate * (end - due))
        {
            return;
        }

        _cleanTicks += end - start;
        _cleanDone += done;
        CleanTried += tried;
        for (int worker = 0; worker < workers; worker++)
        {
            _workerTicks[worker] += _notes[worker].End - _notes[worker].Start;
            _workerDone[worker] += _notes[worker].Done;
        }
    }

    internal struct SliceNotes
    {
        public ulong Start;
        public ulong End;
        public long Tried;
        public long Done;
        public long Preemptions;
        public long AllocatedBytes;
    }
}
