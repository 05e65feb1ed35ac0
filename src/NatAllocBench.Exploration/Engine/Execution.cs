namespace NatAllocBench.Exploration.Engine;

/// <summary>
/// Runs a program under the control of a strategy: of all threads one runs; at each access to shared memory the running one asks who
/// makes the next step and hands over only if that is another. With store buffers each buffer is a process of its own, whose steps move
/// its oldest store into memory.
/// </summary>
internal sealed class Execution : IDisposable
{
    private readonly ControlledThread[] _threads;
    private readonly Turn _returned = new();
    private readonly ProcessView _view;
    private readonly AccessLog _log;
    private readonly int[] _steps = new int[Limits.MaxThreads];
    private IStrategy _strategy = null!;
    private bool _starting;
    private int _started;
    private int _unwinding;
    private int _running;
    private int _left;
    private int _preemptions;
    private string? _violation;

    public Execution(IProgram program, LocationMap locations, MemoryModel model, Lane lane)
    {
        Program = program;
        Locations = locations;
        Model = model;
        _threads = new ControlledThread[program.Threads];
        _log = new AccessLog(locations, program.Threads);
        _view = new ProcessView(program.Threads);
        for (int i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new ControlledThread(this, i, lane);
        }
    }

    public IProgram Program { get; }

    public LocationMap Locations { get; }

    public MemoryModel Model { get; }

    public bool IsAborted { get; private set; }

    public bool IsDisposed { get; private set; }

    /// <summary>Runs the program once; the calling thread is its first one.</summary>
    /// <param name="strategy">Decides.</param>
    /// <param name="records">Whether every access is kept, for a witness.</param>
    public ExecutionResult Run(IStrategy strategy, bool records = false)
    {
        _strategy = strategy;
        _log.Begin(records);
        Array.Clear(_steps);
        _violation = null;
        _preemptions = 0;
        IsAborted = false;
        _unwinding = 0;
        Locations.Begin();
        Program.Prepare(Locations);
        Locations.EndMapping();
        _view.Clear();
        Array.ForEach(_threads, thread => thread.Prepare());
        _left = _threads.Length;
        _starting = true;
        _started = 1;
        _threads[0].Perform(); // each wakes the next when it has reached its first step
        _returned.Wait();
        return Conclude();
    }

    public void Dispose()
    {
        IsDisposed = true;
        Array.ForEach(_threads, thread => thread.Dispose());
        _returned.Dispose();
    }

    /// <summary>Whether the strategy is asked about an access, or it is made at once.</summary>
    public bool IsStep(ControlledThread thread, in Access access) => _strategy.AsksForAll
        || (access.Location != Access.Nowhere && Locations.IsShared(access.Location))
        || access.Kind == StepKind.ProcessFenceEnd
        || (access.Drains && thread.Buffer.Count > 0);

    /// <summary>Stops a thread in front of its pending access until it is chosen.</summary>
    public void Yield(ControlledThread thread)
    {
        _view.Offer(thread.Number, thread.Pending);
        thread.Buffer.TakeOff();
        if (_starting)
        {
            StartNext(thread);
        }
        else
        {
            HandOver(thread);
        }

        _steps[thread.Number]++;
        thread.Buffer.Lay();
    }

    /// <summary>A store enters a buffer: a step of a replay, otherwise nobody is asked.</summary>
    public void ReachIssue(ControlledThread thread, int location)
    {
        var access = new Access { Kind = StepKind.Issue, Location = Access.Nowhere, Second = Access.Nowhere };
        if (_strategy.AsksForAll)
        {
            thread.Yield(in access);
        }

        Note(thread.Number, access with { Location = location });
    }

    /// <summary>Moves stores that nobody else can see out of the front of a buffer.</summary>
    public void FlushPrivate(ControlledThread thread)
    {
        if (!_strategy.AsksForAll)
        {
            while (thread.Buffer.Count > 0 && !Locations.IsShared(thread.Buffer.Oldest.Access.Location))
            {
                Flush(thread);
            }
        }

        OfferBuffer(thread);
    }

    /// <summary>How many steps a thread has made.</summary>
    public int StepsOf(int thread) => _steps[thread];

    /// <summary>Notes how many stores must have left each buffer at the end of a fence on all threads that begins now.</summary>
    public void NoteBuffers(int[] targets)
    {
        for (int i = 0; i < _threads.Length; i++)
        {
            targets[i] = _threads[i].Buffer.Flushed + _threads[i].Buffer.Count;
        }
    }

    /// <summary>An access is being made.</summary>
    public void Note(int process, in Access access) => _log.Note(process, in access);

    /// <summary>A choice of the program that is not about the order of accesses.</summary>
    public int Choose(int alternatives)
    {
        int choice = _strategy.Choose(alternatives);
        _log.NoteChoice(choice);
        return choice;
    }

    /// <summary>A remark of the program for the witness.</summary>
    public void Remark(int thread, Func<string> text) => _log.Remark(thread, text);

    public void Fail(string violation)
    {
        _violation ??= violation;
        IsAborted = true;
    }

    /// <summary>A thread has nothing more to do.</summary>
    public void Finish(ControlledThread thread)
    {
        thread.Buffer.TakeOff();
        _view.Withdraw(thread.Number);
        bool isStarting = _starting;
        bool isAborted = IsAborted;
        if (isAborted && !isStarting)
        {
            Unwind(thread);
        }

        // Full fence. Threads of an aborted execution come here at the same time; after the last one the next execution begins, so whatever
        // is to be known of this one was read before.
        bool last = Interlocked.Decrement(ref _left) == 0;
        if (isStarting)
        {
            StartNext(thread);
        }
        else if (isAborted && last)
        {
            _returned.Release();
        }
        else if (isAborted)
        {
            return;
        }
        else
        {
            HandOver(thread);
        }
    }

    private ExecutionResult Conclude()
    {
        string? outcome = null;
        if (!IsAborted)
        {
            try
            {
                outcome = Program.Finish();
            }
            catch (Exception e) when (e is ViolationException or InvalidOperationException)
            {
                _violation = e.Message;
            }
        }

        return new ExecutionResult(outcome, _violation, _preemptions, _log.Trace, _log.Accesses);
    }

    /// <summary>Lets the next thread come to its first step; after the last one the search begins.</summary>
    private void StartNext(ControlledThread from)
    {
        if (_started == _threads.Length)
        {
            _starting = false;
            _running = -1;
            HandOver(from);
            return;
        }

        bool goesOn = !from.IsFinished;
        _threads[_started++].Wake();
        if (goesOn)
        {
            from.Wait();
        }
    }

    /// <summary>Lets the chosen thread run. Returns when the caller is chosen; throws if the execution is over.</summary>
    private void HandOver(ControlledThread? from)
    {
        // Once another thread is woken the execution may end and the next one begin, so the caller's state is read before.
        bool goesOn = from is { IsFinished: false };
        int next = IsAborted ? IStrategy.Abandon : PickNext();
        if (next >= 0)
        {
            if (next != from?.Number)
            {
                _threads[next].Wake();
                if (goesOn)
                {
                    from!.Wait();
                }
            }

            return;
        }

        if (!IsAborted || _left == 0)
        {
            _returned.Release(); // all threads are done, all buffers empty, or nobody is left to tell
            return;
        }

        Unwind(from);
        if (goesOn)
        {
            throw new AbortedException();
        }
    }

    /// <summary>Makes every thread that waits for its turn give up, once.</summary>
    private void Unwind(ControlledThread? from)
    {
        // One of the threads that come here does it. Pairs with the release of their turns.
        if (Interlocked.Exchange(ref _unwinding, 1) != 0)
        {
            return;
        }

        // All at once before the first is woken: after the last one the next execution may begin.
        foreach (ControlledThread thread in Array.FindAll(_threads, thread => thread != from && !thread.IsFinished))
        {
            thread.Wake();
        }
    }

    /// <summary>The thread that makes the next step, after the buffers that come before it; negative at the end.</summary>
    private int PickNext()
    {
        while (true)
        {
            uint enabled = Enabled();
            if (enabled == 0)
            {
                if (_view.Present != 0)
                {
                    _view.Enabled = 0;
                    _strategy.Block(_view);
                    Fail("deadlock: " + string.Join(", ", _threads.Where(thread => _view.Has(thread.Number)).Select(
                        thread => $"thread {thread.Number} waits at {thread.Pending.Kind}")));
                }

                return IStrategy.Abandon;
            }

            _view.Enabled = enabled;
            _view.Current = _running;
            int process = _strategy.Decide(_view);
            if (process < 0)
            {
                IsAborted = true;
                return process;
            }

            if (process >= _threads.Length)
            {
                Flush(_threads[process - _threads.Length]);
                FlushPrivate(_threads[process - _threads.Length]);
                continue;
            }

            _preemptions += _running >= 0 && process != _running && (enabled >> _running & 1) != 0 ? 1 : 0;
            _running = process;
            _view.Withdraw(process);
            return process;
        }
    }

    private uint Enabled()
    {
        uint enabled = 0;
        foreach (ControlledThread thread in _threads)
        {
            if (_view.Has(thread.Number) && IsEnabled(thread))
            {
                enabled |= 1u << thread.Number;
            }

            enabled |= thread.Buffer.Count > 0 ? 1u << (_threads.Length + thread.Number) : 0;
        }

        return enabled;
    }

    private bool IsEnabled(ControlledThread thread)
    {
        Access access = thread.Pending;
        if (access.Drains && thread.Buffer.Count > 0)
        {
            return false;
        }

        switch (access.Kind)
        {
            case StepKind.Lock:
                return StoreBuffer.Load(access.Address, sizeof(int)) == 0;
            case StepKind.Await:
                return Locations.HasChanged(access.Location, thread.Number)
                    || (access.Second != Access.Nowhere && Locations.HasChanged(access.Second, thread.Number));
            case StepKind.ProcessFenceEnd:
                return Array.TrueForAll(_threads, other => other.Buffer.Flushed >= thread.FenceTargets[other.Number]);
            default:
                return true;
        }
    }

    private void Flush(ControlledThread thread)
    {
        int process = _threads.Length + thread.Number;
        StoreBuffer.Store store = thread.Buffer.Flush();
        Locations.Bump(store.Access.Location);
        _view.Withdraw(process);
        Note(process, in store.Access);
    }

    private void OfferBuffer(ControlledThread thread)
    {
        int process = _threads.Length + thread.Number;
        if (thread.Buffer.Count > 0 && !_view.Has(process))
        {
            _view.Offer(process, in thread.Buffer.Oldest.Access);
        }
    }
}
