namespace NatAllocBench.Exploration.Engine;

/// <summary>The threads of an execution and their store buffers: which of them can go on.</summary>
/// <param name="threads">The threads.</param>
/// <param name="view">What each does next.</param>
/// <param name="locations">The memory.</param>
internal sealed class Processes(ControlledThread[] threads, ProcessView view, LocationMap locations)
{
    /// <summary>Those that can make their next access now.</summary>
    public uint Enabled()
    {
        uint enabled = 0;
        foreach (ControlledThread thread in threads)
        {
            if (view.Has(thread.Number) && IsEnabled(thread))
            {
                enabled |= 1u << thread.Number;
            }

            enabled |= thread.Buffer.Count > 0 ? 1u << (threads.Length + thread.Number) : 0;
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
                return locations.HasChanged(access.Location, thread.Number)
                    || (access.Second != Access.Nowhere && locations.HasChanged(access.Second, thread.Number));
            case StepKind.ProcessFenceEnd:
                return Array.TrueForAll(threads, other => other.Buffer.Flushed >= thread.FenceTargets[other.Number]);
            default:
                return true;
        }
    }

    /// <summary>What the threads that have something to do wait for.</summary>
    public string Waiting() => string.Join(", ", threads.Where(thread => view.Has(thread.Number)).Select(
        thread => $"thread {thread.Number} waits at {thread.Pending.Kind}"));

    /// <summary>Whether the oldest store of a buffer would put half of a word back that another thread has changed.</summary>
    public bool WouldUndoHalf(ControlledThread thread) =>
        thread.Buffer.ChangesHalf && thread.Buffer.Oldest.Access.Second == Access.Nowhere
        && locations.UpperHalfOf(thread.Buffer.Oldest.Access.Address, thread.Number) != Access.Nowhere;

    /// <summary>Makes the oldest store of a buffer the next access of that process.</summary>
    public void OfferBuffer(ControlledThread thread)
    {
        int process = threads.Length + thread.Number;
        if (thread.Buffer.Count > 0 && !view.Has(process))
        {
            view.Offer(process, in thread.Buffer.Oldest.Access);
        }
    }
}
