namespace NatAllocBench.Exploration.Engine;

/// <summary>
/// One thread of the program: an operating system thread that runs only when the execution lets it. The first one is the thread that runs
/// the execution. Every access to shared memory comes here first (<see cref="SharedMemory"/>).
/// </summary>
internal sealed unsafe class ControlledThread : IDisposable
{
    /// <summary>What is wrong if a store writes an upper half back that another thread has changed.</summary>
    public const string UndoesHalf = "a store undoes what another thread has stored to half of the word";

    [ThreadStatic]
    private static ControlledThread? _current;

    private readonly Execution _execution;
    private readonly Turn _turn = new();
    private readonly Thread? _thread;
    private readonly PlainStores _plain = new();
    private Access? _first;
    private int _waits;

    public ControlledThread(Execution execution, int number, Lane lane)
    {
        _execution = execution;
        Number = number;
        if (number > 0)
        {
            _thread = new Thread(() => Work(lane), 512 * 1024) { IsBackground = true, Name = $"explored {number}" };
            _thread.Start();
        }
    }

    /// <summary>The calling thread, or null if nobody controls it: accesses are made at once then.</summary>
    public static ControlledThread? Current => _current;

    public int Number { get; }

    public StoreBuffer Buffer { get; } = new();

    /// <summary>The access that the thread will make when it is chosen.</summary>
    public Access Pending { get; private set; }

    public bool IsFinished { get; private set; }

    /// <summary>Whether the thread has not begun, although its first step is offered: it begins when that is chosen.</summary>
    public bool IsLate { get; private set; }

    /// <summary>Where each buffer was when this thread began a fence on all of them.</summary>
    public int[] FenceTargets { get; } = new int[Limits.MaxThreads];

    public void Prepare()
    {
        Buffer.Clear();
        _plain.Clear();
        _waits = 0;
        IsFinished = false;
        IsLate = false;
    }

    /// <summary>Notes that the pending access is the first step, or that the thread cannot begin late.</summary>
    public void NoteFirst(bool canBeLate) =>
        _first = canBeLate && Buffer.Count == 0 && _execution.Locations.IsNamed(Pending.Address) ? Pending : null;

    /// <summary>Makes the first step the pending access without beginning; false if it is not known.</summary>
    public bool TryBeginLate()
    {
        IsLate = _first is not null;
        Pending = _first ?? Pending;
        return IsLate;
    }

    /// <summary>Lets the thread run, or makes it give up an aborted execution.</summary>
    public void Wake() => _turn.Release();

    /// <summary>
    /// Says that all the thread still knows of what it has seen follows from some values, its place in its code among them.
    /// </summary>
    public void Forget(in Fingerprint kept)
    {
        Settle();
        _execution.Watch.Forget(Number, in kept);
    }

    /// <summary>Announces an access that the caller makes when this returns.</summary>
    /// <param name="kind">What it does.</param>
    /// <param name="address">The word.</param>
    /// <param name="size">Its size in bytes.</param>
    public void Reach(StepKind kind, void* address, int size)
    {
        Settle();
        int half = kind == StepKind.ReadWrite && size == sizeof(ulong)
            ? _execution.Locations.UpperHalfOf((nint)address, Number)
            : Access.Nowhere;
        Arrive(kind, _execution.Locations.Of(address, Number), (nint)address, half, size);
    }

    /// <summary>Announces a compare-and-exchange that the caller makes when this returns.</summary>
    public void ReachSwap(void* address, int size, ulong value, ulong comparand)
    {
        Settle();
        bool touchesHalf = size == sizeof(ulong) && (value ^ comparand) > uint.MaxValue;
        Arrive(new Access
        {
            Kind = StepKind.ReadWrite,
            Thread = Number,
            Location = _execution.Locations.Of(address, Number),
            Second = touchesHalf ? _execution.Locations.UpperHalfOf((nint)address, Number) : Access.Nowhere,
            Address = (nint)address,
            Size = size,
            SwapSize = size,
            Comparand = comparand,
        });
    }

    /// <summary>Announces an interlocked addition; returns the largest sum that it may have.</summary>
    public ulong ReachAddition(void* address, int size)
    {
        Settle();
        int location = _execution.Locations.Of(address, Number);
        ulong? most = _execution.Locations.MostOf(location);
        Arrive(most is null ? StepKind.ReadWrite : StepKind.Count, location, (nint)address, size: size);
        return most ?? ulong.MaxValue;
    }

    /// <summary>The same as <see cref="Reach(StepKind, void*, int)"/> for a managed reference, whose address is not its own.</summary>
    public void Reach(StepKind kind, Type type)
    {
        Settle();
        if (kind == StepKind.Write && Buffer.Count > 0)
        {
            Arrive(StepKind.Fence, Access.Nowhere, 0); // a reference is not buffered: what was stored before it goes first
        }

        Arrive(kind, _execution.Locations.Of(type), 0);
    }

    /// <summary>A fence of this thread: nothing to do unless stores are in its buffer.</summary>
    public void Fence()
    {
        Settle();
        if (Buffer.Count > 0)
        {
            Arrive(StepKind.Fence, Access.Nowhere, 0);
        }
    }

    /// <summary>A fence on all threads: each has emptied its buffer, as it was at the beginning, before the end.</summary>
    public void ProcessFence()
    {
        Settle();
        if (_execution.Model == MemoryModel.Sc)
        {
            return;
        }

        _execution.Locations.Share(LocationMap.AllBuffers);
        Arrive(StepKind.ProcessFenceBegin, LocationMap.AllBuffers, 0);
        _execution.NoteBuffers(FenceTargets);
        Arrive(StepKind.ProcessFenceEnd, Access.Nowhere, 0);
    }

    /// <summary>Waits until one of two locations has changed since this thread last read it.</summary>
    public void Await(void* first, void* second) => Await(
        _execution.Locations.Of(first, Number), second == null ? Access.Nowhere : _execution.Locations.Of(second, Number));

    /// <summary>Waits until a managed reference has changed since this thread last read it.</summary>
    public void Await(Type type) => Await(_execution.Locations.Of(type), Access.Nowhere);

    public int Choose(int alternatives)
    {
        int choice = _execution.Choose(alternatives);
        _execution.Watch.See(Number, (ulong)choice);
        return choice;
    }

    public void Remark(Func<string> text) => _execution.Remark(Number, text);

    /// <summary>Makes a store, or puts it into the buffer.</summary>
    public void Store(StepKind kind, void* address, int size, ulong value)
    {
        if (_execution.Model == MemoryModel.Sc)
        {
            Settle();
            StoreNow(kind, (nint)address, size, value);
            return;
        }

        Settle();
        Issue(kind, (nint)address, size, value);
    }

    /// <summary>
    /// Announces a plain access. A store becomes visible at the next announcement of this thread, when it was surely made.
    /// </summary>
    public void Plain(bool reads, void* address, int size)
    {
        if (reads)
        {
            Reach(StepKind.Read, address, size);
            return;
        }

        if (_plain.Contains((nint)address))
        {
            Settle();
        }

        _plain.Announce((nint)address, size);
    }

    /// <summary>Makes steps of the plain stores that were made since the last announcement, one by one.</summary>
    private void Settle()
    {
        if (_plain.IsEmpty)
        {
            return;
        }

        foreach ((nint address, int size, ulong value) in _plain.TakeBack())
        {
            if (_execution.Model == MemoryModel.Sc)
            {
                StoreNow(StepKind.Write, address, size, value);
            }
            else
            {
                Issue(StepKind.Write, address, size, value);
            }
        }
    }

    private void StoreNow(StepKind kind, nint address, int size, ulong value)
    {
        int half = ChangedHalf(address, size, value);
        Arrive(kind, _execution.Locations.Of((void*)address, Number), address, half);
        if (half == Access.Nowhere && ChangedHalf(address, size, value) != Access.Nowhere)
        {
            throw new ViolationException(UndoesHalf);
        }

        StoreBuffer.Put(address, size, value);
    }

    /// <summary>The upper half of a word, if it is a location of its own and a store would change it.</summary>
    private int ChangedHalf(nint address, int size, ulong value) =>
        size == sizeof(ulong) && (StoreBuffer.Load(address, size) ^ value) > uint.MaxValue
            ? _execution.Locations.UpperHalfOf(address, Number)
            : Access.Nowhere;

    private void Issue(StepKind kind, nint address, int size, ulong value)
    {
        LocationMap locations = _execution.Locations;
        var store = new Access
        {
            Kind = kind,
            Thread = Number,
            Location = locations.Of((void*)address, Number),
            Second = ChangedHalf(address, size, value),
            Address = address,
        };
        locations.Touch(in store);
        if (locations.IsShared(LocationMap.AllBuffers) && locations.IsShared(in store))
        {
            _execution.ReachBuffers(this);
        }

        _execution.ReachIssue(this, store.Location);
        ulong before = StoreBuffer.Load(address, size);
        StoreBuffer.Put(address, size, value);
        Buffer.Add(store with { IssuedAt = _execution.StepsOf(Number) }, size, before);
        _execution.Watch.See(Number, 0); // one access further
        _execution.FlushPrivate(this);
    }

    private void Await(int first, int second)
    {
        Settle();
        if (++_waits > Limits.MaxWaits)
        {
            throw new ViolationException($"livelock: thread {Number} waited {Limits.MaxWaits} times");
        }

        _execution.Locations.Share(first);
        if (second != Access.Nowhere)
        {
            _execution.Locations.Share(second);
        }

        Arrive(StepKind.Await, first, 0, second);
    }

    private void Arrive(StepKind kind, int location, nint address, int second = Access.Nowhere, int size = 0) =>
        Arrive(new Access { Kind = kind, Thread = Number, Location = location, Second = second, Address = address, Size = size });

    private void Arrive(Access access)
    {
        _execution.Locations.Touch(in access);
        if (_execution.IsStep(this, in access))
        {
            Yield(in access);
        }

        access = access.Now();
        _execution.Watch.See(_execution.Locations, in access);
        _execution.Note(Number, in access);
        if (access.Kind != StepKind.Await) // after which what changed is still to be read
        {
            _execution.Locations.NoteMade(in access);
        }
    }

    /// <summary>Stops in front of an access until the thread is chosen to make it.</summary>
    public void Yield(in Access access)
    {
        if (IsLate && (Pending != access || Buffer.Count > 0))
        {
            throw new InvalidOperationException("the program began with another step than before");
        }

        Pending = access;
        _execution.Yield(this);
        IsLate = false;
    }

    /// <summary>Stops until <see cref="Wake"/>.</summary>
    public void Wait()
    {
        _turn.Wait();
        if (_execution.IsAborted)
        {
            throw new AbortedException();
        }
    }

    /// <summary>Ends the thread. The execution is disposed of already.</summary>
    public void Dispose()
    {
        if (_thread is not null)
        {
            Wake();
            _thread.Join();
        }

        _turn.Dispose();
    }

    /// <summary>Does the thread's part of an execution.</summary>
    public void Perform()
    {
        _current = this;
        try
        {
            if (!_execution.IsAborted)
            {
                _execution.Program.Run(Number);
                Settle();
            }
        }
        catch (AbortedException)
        {
            // The execution is over; what this thread has not done yet does not matter.
        }
        catch (Exception e)
        {
            _execution.Fail(e is ViolationException ? e.Message : $"{e.GetType().Name}: {e.Message}");
        }

        _current = null;
        IsFinished = true;
        _execution.Finish(this);
    }

    private void Work(Lane lane)
    {
        lane.Enter();
        while (true)
        {
            _turn.Wait();
            if (_execution.IsDisposed)
            {
                return;
            }

            Perform();
        }
    }
}
