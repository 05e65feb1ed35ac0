using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Netfilter.Table;

/// <content>
/// Slots: where entries live. A slot is taken from the CPU's own magazine, else from a full one that another CPU gave back, else from
/// the never used part of the slab, 64 at a time. A freed slot keeps its links and tuples until it is taken again. Under the kernel's
/// locks it is taken again at once: readers may stand on it (SLAB_TYPESAFE_BY_RCU), and find out by generation and end marker. In the
/// lock-free design it waits in the CPU's limbo magazine until every CPU has left the operation it was in; see <c>Sections</c>.
/// </content>
public sealed unsafe partial class ConntrackTable<TAddress, TEra, TDesign>
{
    private const int SlotChunk = 64;
    private const int CacheLine = 64;

    /// <summary>Slots that a CPU can keep from the others: two magazines and a run.</summary>
    private static uint SlotsHeldPerCpu => (2 * (uint)TDesign.MagazineSlots) + SlotChunk;

    private readonly NativeRegion _shared;
    private readonly NativeRegion _magazines;

    private ref uint FreshSlots => ref *(uint*)(_shared.Pointer + SharedLayout.FreshSlots);

    /// <summary>Top of a stack: number + 1 of a magazine below, a version against ABA above.</summary>
    private ref ulong FullMagazines => ref *(ulong*)(_shared.Pointer + SharedLayout.FullMagazines);

    private ref ulong EmptyMagazines => ref *(ulong*)(_shared.Pointer + SharedLayout.EmptyMagazines);

    private static long MagazineBytes(uint capacity, int cpus) =>
        ((capacity / TDesign.MagazineSlots) + 1 + (3 * (long)cpus)) * sizeof(SlotMagazine);

    private void FillMagazineStacks()
    {
        uint own = 2 * (uint)_cpus.Length;
        for (uint cpu = 0; cpu < _cpus.Length; cpu++)
        {
            _cpus[cpu].Slots.Ready = 2 * cpu;
            _cpus[cpu].Slots.Limbo = (2 * cpu) + 1;
        }

        for (uint number = own; number < _magazines.Length / sizeof(SlotMagazine); number++)
        {
            Push(ref EmptyMagazines, number);
        }
    }

    private SlotMagazine* Magazine(uint number) => (SlotMagazine*)_magazines.Pointer + number;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint TakeSlot(ref CpuState cpu)
    {
        ref SlotCache slots = ref cpu.Slots;
        SlotMagazine* ready = Magazine(slots.Ready);
        if (ready->Count > 0 && IsRipe(ref cpu, ready))
        {
            return TakeReady(ready);
        }

        return slots.FreshNext != slots.FreshEnd ? slots.FreshNext++ : RefillSlots(ref cpu);
    }

    /// <summary>Takes the last slot and fetches the next one, as the kernel's slab allocator does: recycled slots lie all over the slab.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint TakeReady(SlotMagazine* ready)
    {
        uint slot = ready->Slots[--ready->Count];
        if (Sse.IsSupported && ready->Count > 0)
        {
            uint next = ready->Slots[ready->Count - 1];
            Sse.Prefetch0(Original(next));
            if (TAddress.NodeSize >= CacheLine)
            {
                Sse.Prefetch0(Reply(next));
            }
        }

        return slot;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint RefillSlots(ref CpuState cpu)
    {
        ref SlotCache slots = ref cpu.Slots;
        var spinner = new SpinWait();
        while (true)
        {
            SlotMagazine* ready = Magazine(slots.Ready);
            if (ready->Count == 0 && TryPop(ref FullMagazines, out uint full))
            {
                Push(ref EmptyMagazines, slots.Ready);
                slots.Ready = full;
                ready = Magazine(full);
            }

            if (ready->Count > 0 && IsRipe(ref cpu, ready))
            {
                return TakeReady(ready);
            }

            if (TakeFreshRun(ref slots))
            {
                return slots.FreshNext++;
            }

            if (ready->Count > 0)
            {
                // Lock-free design only: every slot that is left waits for a CPU that is inside an operation.
                ulong* section = SectionInTheWay(ref cpu, ready);
                if (section != null)
                {
                    TDesign.Await(ref spinner, section);
                }
            }
            else if (!TDesign.IsLockFree || !TrySealLimbo(ref slots))
            {
                return CpuState.NoSlot;
            }
        }
    }

    private bool TakeFreshRun(ref SlotCache slots)
    {
        // Never used slots are handed out by one fetch-and-add; nothing is published through the word.
        uint end = TDesign.Add(ref FreshSlots, SlotChunk);
        if (end - SlotChunk >= Capacity)
        {
            TDesign.Add(ref FreshSlots, unchecked((uint)-SlotChunk)); // undo, so that the word cannot wrap
            return false;
        }

        slots.FreshNext = end - SlotChunk;
        slots.FreshEnd = Math.Min(end, Capacity);
        return true;
    }

    /// <summary>Ends an entry that stands in no chain: new generation, slot back to the calling CPU.</summary>
    private void FreeSlot(ref CpuState cpu, uint slot)
    {
        OriginalNode<TAddress>* first = Original(slot);
        if (TDesign.IsLockFree)
        {
            // Release: the entry is out of its chains before its generation changes. A full fence is not needed, since the slot gets no new
            // owner before every reader has left it; pairs with the acquire of IsResident, which then sees the mark.
            TDesign.Write(ref first->Status, EntryStatus.Freed(first->Status));
            Discard(ref cpu.Slots, slot);
        }
        else
        {
            // Full fence: whoever sees anything that the next owner writes into the slot also sees the new generation. Pairs with the
            // read barrier of StillMatches; without it a reader could match a tuple made of two connections.
            TDesign.Exchange(ref first->Status, EntryStatus.Freed(first->Status));
            Recycle(ref cpu.Slots, slot);
        }

        ReleaseOne(ref cpu);
    }

    private void Recycle(ref SlotCache slots, uint slot)
    {
        SlotMagazine* ready = Magazine(slots.Ready);
        if (ready->Count == TDesign.MagazineSlots)
        {
            Push(ref FullMagazines, slots.Ready);
            slots.Ready = TakeEmptyMagazine();
            ready = Magazine(slots.Ready);
        }

        ready->Slots[ready->Count++] = slot;
    }

    private void Discard(ref SlotCache slots, uint slot)
    {
        SlotMagazine* limbo = Magazine(slots.Limbo);
        limbo->Slots[limbo->Count++] = slot;
        if (limbo->Count == TDesign.MagazineSlots && !TrySealLimbo(ref slots))
        {
            limbo->Tag = AdvanceEpoch();
            Push(ref FullMagazines, slots.Limbo);
            slots.Limbo = TakeEmptyMagazine();
        }
    }

    /// <summary>Makes the limbo magazine the ready one, if that is empty and there is anything in limbo.</summary>
    private bool TrySealLimbo(ref SlotCache slots)
    {
        SlotMagazine* limbo = Magazine(slots.Limbo);
        if (limbo->Count == 0 || Magazine(slots.Ready)->Count != 0)
        {
            return false;
        }

        limbo->Tag = AdvanceEpoch();
        (slots.Ready, slots.Limbo) = (slots.Limbo, slots.Ready);
        return true;
    }

    /// <summary>There is always one: full ones hold different slots, and a CPU keeps three at the most while it exchanges them.</summary>
    private uint TakeEmptyMagazine() => TryPop(ref EmptyMagazines, out uint number)
        ? number
        : throw new TableCorruptException("no empty slot magazine is left: a slot was freed twice");

    private void Push(ref ulong stack, uint number)
    {
        // Acquire: not needed for the number, but keeps the version no older than the magazine's contents.
        ulong top = TDesign.Read(ref stack);
        while (true)
        {
            Magazine(number)->Next = (uint)top;

            // Full fence: the magazine's contents are visible before it is on the stack. Pairs with the compare-and-swap of TryPop.
            ulong seen = TDesign.CompareExchange(ref stack, (((top >> 32) + 1) << 32) | (number + 1), top);
            if (seen == top)
            {
                return;
            }

            top = seen;
        }
    }

    private bool TryPop(ref ulong stack, out uint number)
    {
        // Acquire: pairs with the compare-and-swap of Push, so that Next is the one that was pushed.
        ulong top = TDesign.Read(ref stack);
        while ((uint)top != 0)
        {
            number = (uint)top - 1;

            // Full fence. The version above fails the exchange if the magazine left the stack since, so a stale Next does no harm.
            ulong seen = TDesign.CompareExchange(ref stack, (((top >> 32) + 1) << 32) | Magazine(number)->Next, top);
            if (seen == top)
            {
                return true;
            }

            top = seen;
        }

        number = 0;
        return false;
    }
}
