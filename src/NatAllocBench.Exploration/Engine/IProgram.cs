namespace NatAllocBench.Exploration.Engine;

/// <summary>What is explored: a few threads, run again and again from the same beginning.</summary>
internal interface IProgram
{
    /// <summary>Number of threads, 1 to <see cref="Limits.MaxThreads"/>.</summary>
    int Threads { get; }

    /// <summary>Builds the beginning of an execution and names its memory. Nothing is controlled yet.</summary>
    /// <param name="locations">Where memory is named.</param>
    void Prepare(LocationMap locations);

    /// <summary>What a thread does. The same accesses must follow from the same values.</summary>
    /// <param name="thread">Number of the thread, from 0.</param>
    void Run(int thread);

    /// <summary>Adds what is in memory that several threads use; false if that is not known.</summary>
    /// <param name="state">What is added to.</param>
    bool TryAddMemory(ref Fingerprint state);

    /// <summary>
    /// Adds what the end depends on beside that memory: what the threads have brought about so far, and what each keeps for itself.
    /// </summary>
    /// <param name="state">What is added to.</param>
    void AddAnswers(ref Fingerprint state);

    /// <summary>Checks the end of an execution and names its outcome.</summary>
    /// <exception cref="ViolationException">Something is wrong that no execution may do.</exception>
    string Finish();
}

/// <summary>An execution did what none may do.</summary>
internal sealed class ViolationException : Exception
{
    /// <summary>Without details.</summary>
    public ViolationException()
    {
    }

    /// <summary>With what is wrong.</summary>
    /// <param name="message">The sentence for the report.</param>
    public ViolationException(string message)
        : base(message)
    {
    }

    /// <summary>With what is wrong, and why.</summary>
    /// <param name="message">The sentence for the report.</param>
    /// <param name="inner">The cause.</param>
    public ViolationException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
