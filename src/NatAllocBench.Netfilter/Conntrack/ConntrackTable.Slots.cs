using NatAllocBench.Netfilter.Memory;

namespace NatAllocBench.Netfilter.Conntrack;

/// <content>
/// Slots: where entries live. A slot is taken from the CPU's own free list, else from a batch that another CPU gave back, else from
/// the never used part of the slab, 64 at a time. A freed slot keeps its links and tuples until it is taken again, and is taken
/// again at once: readers may stand on it (the kernel's SLAB_TYPESAFE_BY_RCU), and find out by generation and end marker.
/// </content>
public sealed unsafe partial class ConntrackTable<TAddress, TEra, TDesign>
{
    private const int SlotChunk = 64;
    private readonly NativeRegion _shared;

    private ref uint EntryCount => ref *(uint*)(_shared.Pointer + SharedLayout.Count);

    private ref uint FreshSlots => ref *(uint*)(_shared.Pointer + SharedLayout.FreshSlots);

    private ref int FreeLock => ref *(int*)(_shared.Pointer + SharedLayout.FreeLock);

    /// <summary>First slot + 1 of the first batch that was given back; 0 if there is none.</summary>
    private ref uint FreeBatches => ref *(uint*)(_shared.Pointer + SharedLayout.FreeBatches);

    /// <summary>Entries at this moment, unconfirmed ones included (<c>nf_conntrack_count</c>).</summary>
    public uint Count => Volatile.Read(ref EntryCount); // a snapshot: orders nothing

    /// <summary>Counts one more entry, after early drop if the table is full.</summary>
    private bool AdmitOne(ref CpuState cpu, uint hash)
    {
        // One shared word, as in the kernel: its atomicity is all that matters, nothing else is published through it.
        if (Interlocked.Increment(ref EntryCount) <= _options.MaxConnections)
        {
            return true;
        }

        if (EarlyDropOne(ref cpu, hash))
        {
            return true;
        }

        ReleaseOne();
        return false;
    }

    private void ReleaseOne() => Interlocked.Decrement(ref EntryCount); // atomicity only, as above

    private uint TakeSlot(ref CpuState cpu)
    {
        ref SlotCache slots = ref cpu.Slots;
        if (slots.FreeHead != CpuState.NoSlot)
        {
            return PopFreed(ref slots);
        }

        if (slots.FreshNext != slots.FreshEnd)
        {
            return slots.FreshNext++;
        }

        return RefillSlots(ref slots);
    }

    private uint PopFreed(ref SlotCache slots)
    {
        uint slot = slots.FreeHead;
        slots.FreeHead = Reply(slot)->TdEnd;
        slots.FreeCount--;
        return slot;
    }

    private uint RefillSlots(ref SlotCache slots)
    {
        // A plain read is enough for the hint: a batch missed now is found at the next refill.
        if (FreeBatches != 0 && TakeBatch(ref slots))
        {
            return PopFreed(ref slots);
        }

        // Never used slots are handed out by one fetch-and-add; nothing is published through the word.
        uint end = Interlocked.Add(ref FreshSlots, SlotChunk);
        if (end - SlotChunk >= Capacity)
        {
            Interlocked.Add(ref FreshSlots, unchecked((uint)-SlotChunk)); // undo, so that the word cannot wrap
            return TakeBatch(ref slots) ? PopFreed(ref slots) : CpuState.NoSlot;
        }

        slots.FreshNext = end - SlotChunk;
        slots.FreshEnd = Math.Min(end, Capacity);
        return slots.FreshNext++;
    }

    /// <summary>Ends an entry that stands in no chain: new generation, slot back to the calling CPU.</summary>
    private void FreeSlot(ref CpuState cpu, uint slot)
    {
        OriginalNode<TAddress>* first = Original(slot);

        // Full fence: whoever sees anything that the next owner writes into the slot also sees the new generation. Pairs with the
        // read barrier of StillMatches; without it a reader could match a tuple made of two connections.
        Interlocked.Exchange(ref first->Status, EntryStatus.Freed(first->Status));
        ref SlotCache slots = ref cpu.Slots;
        Reply(slot)->TdEnd = slots.FreeHead;
        slots.FreeHead = slot;
        slots.FreeCount++;
        ReleaseOne();
        if (slots.FreeCount >= 2 * SlotChunk)
        {
            GiveBatch(ref slots);
        }
    }

    /// <summary>Hands the older half of the free list to whichever CPU runs dry; batches are linked through their first slot.</summary>
    private void GiveBatch(ref SlotCache slots)
    {
        uint last = slots.FreeHead;
        for (int i = 1; i < SlotChunk; i++)
        {
            last = Reply(last)->TdEnd;
        }

        uint batch = Reply(last)->TdEnd;
        Reply(last)->TdEnd = CpuState.NoSlot;
        slots.FreeCount = SlotChunk;
        SpinLock32.Enter(ref FreeLock);
        Reply(batch)->StashedHash = FreeBatches;
        FreeBatches = batch + 1;
        SpinLock32.Exit(ref FreeLock);
    }

    private bool TakeBatch(ref SlotCache slots)
    {
        SpinLock32.Enter(ref FreeLock);
        uint batch = FreeBatches;
        if (batch != 0)
        {
            FreeBatches = Reply(batch - 1)->StashedHash;
        }

        SpinLock32.Exit(ref FreeLock);
        if (batch == 0)
        {
            return false;
        }

        slots.FreeHead = batch - 1;
        slots.FreeCount = SlotChunk;
        return true;
    }
}
