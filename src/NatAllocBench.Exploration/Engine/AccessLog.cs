namespace NatAllocBench.Exploration.Engine;

/// <summary>What an execution did: who made each step, and, for a witness, every access.</summary>
/// <param name="locations">The locations.</param>
/// <param name="threads">Number of threads; the processes after them are their store buffers.</param>
internal sealed class AccessLog(LocationMap locations, int threads)
{
    private readonly List<byte> _trace = [];
    private readonly List<byte>[] _beginnings = [.. Enumerable.Range(0, threads).Select(_ => new List<byte>())];
    private readonly List<TracedAccess> _accesses = [];
    private List<byte>? _beginning;
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
        _beginning = null;
        Array.ForEach(_beginnings, beginning => beginning.Clear());
    }

    /// <summary>
    /// A thread begins: what it does before its first step is put before that, whenever it is chosen, so that a trace does not tell how the
    /// threads were started.
    /// </summary>
    public void BeginThread(int thread) => _beginning = _beginnings[thread];

    /// <summary>The thread that has begun is at its first step.</summary>
    public void EndBeginning() => _beginning = null;

    /// <summary>The thread that has begun makes its first step at once.</summary>
    public void EndBeginning(int thread)
    {
        EndBeginning();
        NoteBeginning(thread);
    }

    /// <summary>A thread makes its first step.</summary>
    public void NoteBeginning(int thread)
    {
        _trace.AddRange(_beginnings[thread]);
        _beginnings[thread].Clear();
    }

    /// <summary>An access is being made.</summary>
    public void Note(int process, in Access access)
    {
        List<byte> trace = _beginning ?? _trace;
        trace.Add((byte)process);
        if (trace.Count > Limits.MaxAccesses)
        {
            throw new ViolationException($"livelock: no end after {Limits.MaxAccesses} accesses");
        }

        if (_records)
        {
            _accesses.Add(new TracedAccess(process, access.Kind, access.Location, locations.IsShared(in access), "")
            {
                Source = process < threads ? SourceLine.OfCaller() : "",
            });
        }
    }

    /// <summary>A choice of the program.</summary>
    public void NoteChoice(int choice) => (_beginning ?? _trace).Add((byte)(Schedule.FirstChoice + choice));

    /// <summary>A remark of the program for the witness.</summary>
    public void Remark(int thread, Func<string> text)
    {
        if (_records)
        {
            _accesses.Add(new TracedAccess(thread, StepKind.Fence, Access.Nowhere, IsShared: true, text()) { IsRemark = true });
        }
    }
}
