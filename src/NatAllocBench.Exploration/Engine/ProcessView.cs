namespace NatAllocBench.Exploration.Engine;

/// <summary>
/// What a strategy sees when it decides: the processes (threads first, then their store buffers), what each will do next, and which of them
/// can.
/// </summary>
/// <param name="threads">Number of threads.</param>
internal sealed class ProcessView(int threads)
{
    public int Threads { get; } = threads;

    /// <summary>The next access of each process that has one.</summary>
    public Access[] Pending { get; } = new Access[Limits.MaxProcesses];

    /// <summary>Processes that have a next access.</summary>
    public uint Present { get; private set; }

    /// <summary>Processes that can make it now.</summary>
    public uint Enabled { get; set; }

    /// <summary>The thread that ran last, or -1.</summary>
    public int Current { get; set; }

    /// <summary>
    /// What each thread has seen since it last forgot: its place in its code and its local values follow from it. Kept while
    /// <see cref="IsWatching"/>.
    /// </summary>
    public Fingerprint[] Pasts { get; } = new Fingerprint[Limits.MaxThreads];

    /// <summary>Whether a strategy needs to know the state; it may fill in <see cref="Pasts"/> and begin late.</summary>
    public bool IsWatching { get; set; }

    /// <summary>Whether a thread has forgotten what it saw, or ended, since this was last cleared.</summary>
    public bool HasForgotten { get; set; }

    /// <summary>The state: equal ones have equal futures. Null where the program does not tell its memory.</summary>
    public Func<Fingerprint?> State { get; set; } = () => null;

    public bool Has(int process) => (Present >> process & 1) != 0;

    public void Clear()
    {
        (Present, Enabled, IsWatching, HasForgotten) = (0, 0, false, false);
        Array.Clear(Pasts);
    }

    public void Offer(int process, in Access access)
    {
        Pending[process] = access;
        Present |= 1u << process;
    }

    /// <summary>Makes the next accesses what they would do now.</summary>
    public void Renew()
    {
        for (int thread = 0; thread < Threads; thread++)
        {
            if (Has(thread) && Pending[thread].SwapSize != 0)
            {
                Pending[thread] = Pending[thread].Now();
            }
        }
    }

    public void Withdraw(int process) => Present &= ~(1u << process);
}
