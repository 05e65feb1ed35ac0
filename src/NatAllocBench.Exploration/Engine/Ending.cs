namespace NatAllocBench.Exploration.Engine;

/// <summary>The end of an execution: who is left, how those that wait are made to give up, and the return to the caller.</summary>
internal sealed class Ending(ControlledThread[] threads) : IDisposable
{
    private readonly Turn _returned = new();
    private int _left;
    private int _unwinding;

    public bool IsNobodyLeft => _left == 0;

    public void Begin()
    {
        _left = threads.Length;
        _unwinding = 0;
    }

    /// <summary>
    /// A thread has nothing more to do; true for the last one. Full fence. Threads of an aborted execution come here at the same time;
    /// after the last one the next execution begins, so whatever is to be known of this one is read before.
    /// </summary>
    public bool Leave() => Interlocked.Decrement(ref _left) == 0;

    /// <summary>Lets the caller of the program go on.</summary>
    public void Return() => _returned.Release();

    public void AwaitReturn() => _returned.Wait();

    /// <summary>Makes every thread that waits for its turn give up, once.</summary>
    public void Unwind(ControlledThread? from)
    {
        // One of the threads that come here does it. Pairs with the release of their turns.
        if (Interlocked.Exchange(ref _unwinding, 1) != 0)
        {
            return;
        }

        // All at once before the first is woken: after the last one the next execution may begin.
        ControlledThread[] others = Array.FindAll(threads, thread => thread != from && !thread.IsFinished);
        int late = others.Count(thread => thread.IsLate);
        if (late > 0 && Interlocked.Add(ref _left, -late) == 0) // full fence, as in Leave: nobody else is left
        {
            Return();
            return;
        }

        foreach (ControlledThread thread in Array.FindAll(others, thread => !thread.IsLate))
        {
            thread.Wake();
        }
    }

    public void Dispose() => _returned.Dispose();
}
