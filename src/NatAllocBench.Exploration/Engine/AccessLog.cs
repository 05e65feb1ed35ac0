namespace NatAllocBench.Exploration.Engine;

/// <summary>What an execution did: who made each step, and, for a witness, every access.</summary>
/// <param name="locations">The locations.</param>
/// <param name="threads">Number of threads; the processes after them are their store buffers.</param>
internal sealed class AccessLog(LocationMap locations, int threads)
{
    private readonly List<byte> _trace = [];
    private readonly List<TracedAccess> _accesses = [];
    private bool _records;

    /// <summary>The process of each step, and the choices, as in a schedule.</summary>
    public List<byte> Trace => _trace;

    /// <summary>The accesses; empty unless they are recorded.</summary>
    public List<TracedAccess> Accesses => _accesses;

    /// <summary>Begins an execution.</summary>
    /// <param name="records">Whether every access is kept.</param>
    public void Begin(bool records)
    {
        _records = records;
        _trace.Clear();
        _accesses.Clear();
    }

    /// <summary>An access is being made.</summary>
    public void Note(int process, in Access access)
    {
        _trace.Add((byte)process);
        if (_trace.Count > Limits.MaxAccesses)
        {
            throw new ViolationException($"livelock: no end after {Limits.MaxAccesses} accesses");
        }

        if (_records)
        {
            bool shared = access.Location != Access.Nowhere && locations.IsShared(access.Location);
            _accesses.Add(new TracedAccess(process, access.Kind, access.Location, shared, "")
            {
                Source = process < threads ? SourceLine.OfCaller() : "",
            });
        }
    }

    /// <summary>A choice of the program.</summary>
    public void NoteChoice(int choice) => _trace.Add((byte)(Schedule.FirstChoice + choice));

    /// <summary>A remark of the program for the witness.</summary>
    public void Remark(int thread, Func<string> text)
    {
        if (_records)
        {
            _accesses.Add(new TracedAccess(thread, StepKind.Fence, Access.Nowhere, IsShared: true, text()) { IsRemark = true });
        }
    }
}
