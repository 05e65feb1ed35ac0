namespace NatAllocBench.Exploration.Engine;

/// <summary>
/// Keeps what each thread has seen, while a strategy needs to know, and tells the state of an execution: memory, what the threads have
/// brought about, and for each thread what it has seen since it last forgot.
/// </summary>
/// <param name="program">The program.</param>
/// <param name="threads">The threads.</param>
/// <param name="view">Where it is kept.</param>
internal sealed class Watch(IProgram program, ControlledThread[] threads, ProcessView view)
{
    /// <summary>A thread goes on with what an access has told it, and is one access further.</summary>
    public void See(LocationMap locations, in Access access)
    {
        if (!view.IsWatching)
        {
            return;
        }

        ref Fingerprint past = ref view.Pasts[access.Thread];
        if (access.Kind == StepKind.Lock && locations.IsShared(in access))
        {
            program.TryAddMemory(ref past); // what a lock guards that others take as well is read without an announcement
        }

        bool isReference = access is { Kind: StepKind.Read, Address: 0 };
        past.Add(isReference ? (ulong)locations.VersionOf(access.Location)
            : access.Size > 0 ? StoreBuffer.Load(access.Address, access.Size)
            : 0);
    }

    /// <summary>A thread goes on with a value.</summary>
    public void See(int thread, ulong value)
    {
        if (view.IsWatching)
        {
            view.Pasts[thread].Add(value);
        }
    }

    /// <summary>All that a thread still knows of what it has seen is this.</summary>
    public void Forget(int thread, in Fingerprint kept)
    {
        view.Pasts[thread] = kept;
        view.HasForgotten = true;
    }

    /// <summary>
    /// All on which the rest of this execution depends, but for the order in which it will be run; null if that is not known.
    /// </summary>
    public Fingerprint? State()
    {
        Fingerprint state = default;
        if (!program.TryAddMemory(ref state))
        {
            return null;
        }

        program.AddAnswers(ref state);
        state.Add(view.Enabled);
        foreach (ControlledThread thread in threads)
        {
            state.Add(in view.Pasts[thread.Number]);
            state.Add((thread.IsFinished ? 1u : 0) | (thread.IsLate ? 2u : 0));
            thread.Buffer.AddTo(ref state);
            AddFence(ref state, thread);
        }

        return state;
    }

    /// <summary>Adds how much of each buffer a fence still waits for.</summary>
    private void AddFence(ref Fingerprint state, ControlledThread thread)
    {
        if (!thread.IsFinished && thread.Pending.Kind == StepKind.ProcessFenceEnd)
        {
            foreach (ControlledThread other in threads)
            {
                state.Add((ulong)Math.Max(0, thread.FenceTargets[other.Number] - other.Buffer.Flushed));
            }
        }
    }
}
