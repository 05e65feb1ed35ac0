using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;

namespace NatAllocBench.Contenders;

/// <summary>What one worker has for itself.</summary>
internal struct ContenderWorker
{
    /// <summary>Its clock, ms, wrapping.</summary>
    public uint Now;

    public CpuRandom Random;

    public long Probes;

    public long InsertFailed;

    /// <summary>The visible connection with this tuple. One that is found expired is removed.</summary>
    public readonly Connection? Find<TStore>(TStore store, FlowKey tuple)
        where TStore : struct, IConnectionStore
    {
        Connection? found = store.Find(tuple);
        if (found is null || !found.IsConfirmed)
        {
            return null;
        }

        if (found.IsExpired(Now))
        {
            if (found.TryClaimRemoval())
            {
                store.Remove(found);
            }

            return null;
        }

        return found;
    }
}
