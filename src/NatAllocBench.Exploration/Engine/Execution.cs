namespace NatAllocBench.Exploration.Engine;

/// <summary>
/// Runs a program under the control of a strategy: of all threads one runs; at each access to shared memory the running one asks who
/// makes the next step and hands over only if that is another. With store buffers each buffer is a process of its own, whose steps move
/// its oldest store into memory.
/// </summary>
internal sealed class Execution : IDisposable
{
    private readonly ControlledThread[] _threads;
    private readonly Ending _ending;
    private readonly ProcessView _view;
    private readonly Processes _processes;
    private readonly AccessLog _log;
    private readonly int[] _steps = new int[Limits.MaxThreads];
    private IStrategy _strategy = null!;
    private bool _starting;
    private int _started;
    private int _growths;
    private bool _startsInOrder;
    private bool _beginsLate;
    private int _running;
    private int _preemptions;
    private string? _violation;

    public Execution(IProgram program, LocationMap locations, MemoryModel model, Lane lane)
    {
        Program = program;
        Locations = locations;
        Model = model;
        _threads = new ControlledThread[program.Threads];
        _ending = new Ending(_threads);
        _log = new AccessLog(locations, program.Threads);
        _view = new ProcessView(program.Threads);
        Watch = new Watch(program, _threads, _view);
        _view.State = Watch.State;
        _processes = new Processes(_threads, _view, locations);
        for (int i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new ControlledThread(this, i, lane);
        }
    }

    public IProgram Program { get; }

    public LocationMap Locations { get; }

    public MemoryModel Model { get; }

    public Watch Watch { get; }

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
        Locations.Begin();
        Program.Prepare(Locations);
        Locations.EndMapping();
        _beginsLate = !strategy.AsksForAll && Locations.IsSameMemory && Locations.Growths == _growths && !_startsInOrder;
        _growths = Locations.Growths;
        _view.Clear();
        _view.IsWatching = strategy.WatchesFromBeginning;
        Array.ForEach(_threads, thread => thread.Prepare());
        _ending.Begin();
        _starting = true;
        _started = 1;
        _threads[0].Perform(); // each wakes the next when it has reached its first step
        _ending.AwaitReturn();
        return Conclude();
    }

    public void Dispose()
    {
        IsDisposed = true;
        Array.ForEach(_threads, thread => thread.Dispose());
        _ending.Dispose();
    }

    /// <summary>Whether the strategy is asked about an access, or it is made at once.</summary>
    public bool IsStep(ControlledThread thread, in Access access) => _strategy.AsksForAll
        || Locations.IsShared(in access)
        || access.Kind == StepKind.ProcessFenceEnd
        || (access.Drains && thread.Buffer.Count > 0);

    /// <summary>Stops a thread in front of its pending access until it is chosen.</summary>
    public void Yield(ControlledThread thread)
    {
        thread.Buffer.TakeOff();
        if (!thread.IsLate)
        {
            _view.Offer(thread.Number, thread.Pending);
        }

        if (_starting)
        {
            _log.EndBeginning();
            thread.NoteFirst(canBeLate: !_strategy.AsksForAll);
            StartNext(thread);
            _log.NoteBeginning(thread.Number);
        }
        else if (!thread.IsLate)
        {
            HandOver(thread);
        }

        _steps[thread.Number]++;
        thread.Buffer.Lay();
    }

    /// <summary>
    /// A store is about to enter a buffer, before or after a fence of the whole process. It is no access, so no trace has it: a replay is
    /// asked when the store enters.
    /// </summary>
    public void ReachBuffers(ControlledThread thread)
    {
        if (!_strategy.AsksForAll)
        {
            thread.Yield(Access.Of(StepKind.Read, thread.Number, LocationMap.AllBuffers));
        }
    }

    /// <summary>A store enters a buffer: a step of a replay, otherwise nobody is asked.</summary>
    public void ReachIssue(ControlledThread thread, int location)
    {
        var access = Access.Of(StepKind.Issue, thread.Number, Access.Nowhere);
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
            while (thread.Buffer.Count > 0 && !Locations.IsShared(in thread.Buffer.Oldest.Access))
            {
                Flush(thread);
            }
        }

        _processes.OfferBuffer(thread);
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
    public void Note(int process, in Access access)
    {
        if (_starting && access.Kind == StepKind.Count)
        {
            _startsInOrder = true; // the sum may be a name, of a slot for example, that depends on who began before
            _log.EndBeginning(process);
        }

        _log.Note(process, in access);
    }

    /// <summary>A choice of the program that is not about the order of accesses.</summary>
    public int Choose(int alternatives)
    {
        int choice = _strategy.Choose(alternatives);
        _startsInOrder |= _starting;
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
        Watch.Forget(thread.Number, default);
        bool isStarting = _starting;
        if (isStarting)
        {
            _log.EndBeginning(thread.Number);
        }

        bool isAborted = IsAborted;
        if (isAborted && !isStarting)
        {
            _ending.Unwind(thread);
        }

        bool last = _ending.Leave(); // whatever is to be known of this execution was read before
        if (isStarting)
        {
            StartNext(thread);
        }
        else if (isAborted && last)
        {
            _ending.Return();
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

    /// <summary>
    /// Lets the next thread come to its first step; after the last one the search begins. A thread whose first step is known stays where
    /// it is until that is chosen, which saves two changes of context: before it the thread does what nobody else can see.
    /// </summary>
    private void StartNext(ControlledThread from)
    {
        for (; _beginsLate && _started < _threads.Length && _threads[_started].TryBeginLate(); _started++)
        {
            _view.Offer(_started, _threads[_started].Pending);
        }

        if (_started == _threads.Length)
        {
            _starting = false;
            _running = -1;
            HandOver(from);
            return;
        }

        bool goesOn = !from.IsFinished;
        _log.BeginThread(_started);
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

        if (!IsAborted || _ending.IsNobodyLeft)
        {
            _ending.Return(); // all threads are done, all buffers empty, or nobody is left to tell
            return;
        }

        _ending.Unwind(from);
        if (goesOn)
        {
            throw new AbortedException();
        }
    }

    /// <summary>The thread that makes the next step, after the buffers that come before it; negative at the end.</summary>
    private int PickNext()
    {
        while (true)
        {
            uint enabled = _processes.Enabled();
            if (enabled == 0)
            {
                if (_view.Present != 0)
                {
                    _view.Enabled = 0;
                    _strategy.Block(_view);
                    Fail("deadlock: " + _processes.Waiting());
                }

                return IStrategy.Abandon;
            }

            _view.Enabled = enabled;
            _view.Current = _running;
            _view.Renew();
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
                if (IsAborted)
                {
                    return IStrategy.Abandon;
                }

                continue;
            }

            _preemptions += _running >= 0 && process != _running && (enabled >> _running & 1) != 0 ? 1 : 0;
            _running = process;
            _view.Withdraw(process);
            return process;
        }
    }

    private void Flush(ControlledThread thread)
    {
        int process = _threads.Length + thread.Number;
        if (_processes.WouldUndoHalf(thread))
        {
            Fail(ControlledThread.UndoesHalf);
        }

        StoreBuffer.Store store = thread.Buffer.Flush();
        Locations.BumpOwn(in store.Access);
        _view.Withdraw(process);
        Note(process, in store.Access);
    }
}
