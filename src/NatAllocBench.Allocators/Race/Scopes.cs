namespace NatAllocBench.Allocators.Race;

/// <summary>What became of one connection.</summary>
internal enum Fate
{
    Inserted,
    Refused,
    Lost,
}

/// <summary>Where the lock of a system lies around choosing and inserting.</summary>
internal enum LockPlace
{
    /// <summary>Look, wait out the window, insert: another may have come in between.</summary>
    None,

    /// <summary>Look and insert under one mutex; what Linux does in the window comes after it.</summary>
    Mutex,

    /// <summary>Inserting is the test: sharded tables, insert-if-absent, bitmaps, and reserving on choice.</summary>
    Insertion,

    /// <summary>Look, wait out the window, insert; who comes too late goes on with the next candidate of the same search.</summary>
    Retry,
}

/// <summary>A lock's place as a type parameter, so that the loop is compiled for each.</summary>
internal interface IScope
{
    static abstract LockPlace Lock { get; }
}

/// <inheritdoc cref="LockPlace.None"/>
internal readonly struct WindowScope : IScope
{
    public static LockPlace Lock => LockPlace.None;
}

/// <inheritdoc cref="LockPlace.Mutex"/>
internal readonly struct MutexScope : IScope
{
    public static LockPlace Lock => LockPlace.Mutex;
}

/// <inheritdoc cref="LockPlace.Insertion"/>
internal readonly struct ReservingScope : IScope
{
    public static LockPlace Lock => LockPlace.Insertion;
}

/// <inheritdoc cref="LockPlace.Retry"/>
internal readonly struct RetryingScope : IScope
{
    public static LockPlace Lock => LockPlace.Retry;
}
