using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using NatAllocBench.Netfilter.Hashing;

namespace NatAllocBench.Netfilter.Table;

/// <content>
/// Fetching ahead for connections whose hashes are known before they are looked up. Nothing is concluded from what is read here, so it needs no section and no order: a stale link
/// leads to memory of the slab, which stays. Other processors than x86 have no prefetch in .NET: there the batch gains by its lanes only.
/// </content>
public sealed unsafe partial class ConntrackTable<TAddress, TEra, TDesign>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void PrefetchHead(uint hash)
    {
        BucketArray buckets = CurrentBuckets();
        Fetch(buckets.Heads + ReciprocalScale.Scale(hash, buckets.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void PrefetchSource(uint hash) => Fetch(_bySource.Heads + ReciprocalScale.Scale(hash, _bySource.Count));

    /// <summary>Fetches the first node of a chain whose head has come.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void PrefetchFirstNode(uint hash)
    {
        BucketArray buckets = CurrentBuckets();
        uint link = buckets.Heads[ReciprocalScale.Scale(hash, buckets.Count)];
        if (!ChainLink.IsEnd(link))
        {
            Fetch(Original(ChainLink.Value(link) >> 1));
            if (TAddress.NodeSize > 32)
            {
                Fetch(Node(ChainLink.Value(link)));
            }
        }
    }

    /// <summary>Fetches the recycled slots that come next; never used ones lie side by side.</summary>
    internal void PrefetchSlots(ref CpuState cpu, int count)
    {
        SlotMagazine* ready = Magazine(cpu.Slots.Ready);
        for (int i = (int)ready->Count - 1; i >= 0 && count > 0; i--, count--)
        {
            Fetch(Original(ready->Slots[i]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(void* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }
}
