namespace NatAllocBench.Exploration.Engine;

/// <summary>What an access does to its location.</summary>
internal enum StepKind : byte
{
    /// <summary>A load.</summary>
    Read,

    /// <summary>A store; with store buffers, the moment at which it leaves the buffer.</summary>
    Write,

    /// <summary>An interlocked operation: a full fence.</summary>
    ReadWrite,

    /// <summary>An interlocked addition whose sum nobody acts upon: any two of them can be exchanged. A full fence.</summary>
    Count,

    /// <summary>A compare-and-exchange that finds another value than it expects: a load, and a full fence.</summary>
    FailedSwap,

    /// <summary>Taking a lock: possible while it is free; a full fence.</summary>
    Lock,

    /// <summary>Giving a lock back: a store that no other thread can come before.</summary>
    Unlock,

    /// <summary>The end of a loop iteration that changed nothing: possible when something that it read has changed.</summary>
    Await,

    /// <summary>A full fence of the calling thread.</summary>
    Fence,

    /// <summary>The beginning of a fence on all threads: what is in any store buffer now must leave it before the end.</summary>
    ProcessFenceBegin,

    /// <summary>The end of a fence on all threads.</summary>
    ProcessFenceEnd,

    /// <summary>A store that enters a buffer. A step of a replay only: nobody sees it.</summary>
    Issue,
}

/// <summary>The access that a process will make next.</summary>
internal record struct Access
{
    /// <summary>No location.</summary>
    public const int Nowhere = -1;

    public StepKind Kind;

    /// <summary>The thread that makes it, or whose store it is.</summary>
    public int Thread;

    /// <summary>Number of the location, or <see cref="Nowhere"/>.</summary>
    public int Location;

    /// <summary>A second location: of an await, or the upper half of the word if a store changes it.</summary>
    public int Second;

    /// <summary>Address of the location in this execution; 0 for a managed reference.</summary>
    public nint Address;

    /// <summary>Bytes that the thread reads at the address.</summary>
    public int Size;

    /// <summary>A compare-and-exchange: size of the word in bytes, otherwise 0.</summary>
    public int SwapSize;

    /// <summary>What a compare-and-exchange expects.</summary>
    public ulong Comparand;

    /// <summary>A store that leaves a buffer: how many steps its thread had made when it was issued.</summary>
    public int IssuedAt;

    public readonly bool IsRead => Kind is StepKind.Read or StepKind.Await or StepKind.FailedSwap;

    /// <summary>Whether the access waits until the stores of its own thread have left the buffer.</summary>
    public readonly bool Drains => Kind is
        StepKind.ReadWrite or StepKind.FailedSwap or StepKind.Count or StepKind.Lock or StepKind.Fence or StepKind.ProcessFenceBegin;

    /// <summary>
    /// The access as it would be made now. Whether a compare-and-exchange succeeds can change only by a store to its word, which comes
    /// either before or after it in all orders that are taken for one.
    /// </summary>
    public readonly Access Now() => SwapSize == 0
        ? this
        : this with { Kind = StoreBuffer.Load(Address, SwapSize) == Comparand ? StepKind.ReadWrite : StepKind.FailedSwap };

    /// <summary>
    /// Whether two accesses to one location can be exchanged. A thread sees its own store in the buffer as in memory, so the moment at
    /// which that leaves the buffer does not matter to its loads.
    /// </summary>
    public readonly bool CommutesWith(in Access other) => (IsRead && other.IsRead)
        || (Kind == StepKind.Count && other.Kind == StepKind.Count)
        || (Thread == other.Thread && (IsRead || other.IsRead));

    /// <summary>An access that has no address.</summary>
    public static Access Of(StepKind kind, int thread, int location) =>
        new() { Kind = kind, Thread = thread, Location = location, Second = Nowhere };

    /// <summary>Whether exchanging two neighbouring accesses of different processes can change anything.</summary>
    public static bool AreDependent(in Access a, in Access b) => !a.CommutesWith(in b) && (
        Meet(a.Location, b.Location) || Meet(a.Location, b.Second) || Meet(a.Second, b.Location) || Meet(a.Second, b.Second));

    private static bool Meet(int a, int b) => a == b && a != Nowhere;
}
