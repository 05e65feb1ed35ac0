using System.Diagnostics;
using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// Slots: where entries live. A slot is taken from the CPU's own magazine, else from a full one that another CPU gave back, else from
/// the never used part of the slab, 64 at a time. A freed slot keeps its links and tuples until it is taken again. Under the kernel's
/// locks it is taken again at once: readers may stand on it (SLAB_TYPESAFE_BY_RCU), and find out by generation and end marker. In the
/// lock-free design it waits in the CPU's limbo magazine until every CPU has left the operation it was in; see
/// <see cref="Sections{TDesign}"/>.
/// </summary>
internal readonly unsafe struct SlotPool<TAddress, TDesign>
    where TAddress : unmanaged, IAddress<TAddress>
    where TDesign : struct, ITableDesign
{
    private const int SlotChunk = 64;

    /// <summary>Slots of the next magazine that are fetched when so many are left.</summary>
    private const int FetchesNext = 36;
    private readonly EntrySlab<TAddress, TDesign> _slab;
    private readonly SharedWords _words;
    private readonly Sections<TDesign> _sections;
    private readonly uint _capacity;
    private readonly SlotMagazine* _magazines;

    /// <summary>A pool of slots that were never used.</summary>
    /// <param name="capacity">Number of slots.</param>
    /// <param name="magazines">Zeroed memory for as many magazines as <see cref="MagazinesFor"/> says.</param>
    /// <param name="cpus">States of the CPUs.</param>
    /// <param name="cpuCount">Number of CPUs.</param>
    public SlotPool(
        EntrySlab<TAddress, TDesign> slab,
        SharedWords words,
        Sections<TDesign> sections,
        uint capacity,
        SlotMagazine* magazines,
        CpuState* cpus,
        int cpuCount)
    {
        _slab = slab;
        _words = words;
        _sections = sections;
        _capacity = capacity;
        _magazines = magazines;
        FillStacks(cpus, cpuCount, MagazinesFor(capacity, cpuCount));
    }

    /// <summary>Slots that a CPU can keep from the others: two magazines and a run.</summary>
    public static uint SlotsHeldPerCpu => (2 * (uint)TDesign.MagazineSlots) + SlotChunk;

    public EntrySlab<TAddress, TDesign> Slab => _slab;

    /// <summary>How many magazines so many slots need: full ones, two that each CPU works with, and one while it exchanges them.</summary>
    public static uint MagazinesFor(uint capacity, int cpuCount) => (capacity / (uint)TDesign.MagazineSlots) + 1 + (3 * (uint)cpuCount);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Slot TakeSlot(ref CpuState cpu)
    {
        ref SlotCache slots = ref cpu.Slots;
        SlotMagazine* ready = Magazine(slots.Ready);
        if (ready->Count > 0 && _sections.IsRipe(ref cpu, ready))
        {
            return TakeReady(ready);
        }

        return slots.FreshNext != slots.FreshEnd || Refill(ref cpu) ? TakeAtHand(ref cpu) : Slot.None;
    }

    /// <summary>
    /// The slots that the CPU has at hand, after getting some if it has none: at most a magazine, or a run of never used ones. They stay
    /// its own until <see cref="TakeAway"/> says how many were used. May wait, so it is asked outside sections.
    /// </summary>
    /// <param name="width">How many the caller takes at most before it asks again: the next magazine is fetched once.</param>
    /// <param name="run">The slots.</param>
    /// <returns>Whether there are any.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGetAtHand(ref CpuState cpu, int width, out SlotRun run)
    {
        ref SlotCache slots = ref cpu.Slots;
        SlotMagazine* ready = Magazine(slots.Ready);
        bool isRecycled = ready->Count > 0 && _sections.IsRipe(ref cpu, ready);
        if (!isRecycled && slots.FreshNext == slots.FreshEnd)
        {
            if (!Refill(ref cpu))
            {
                run = default;
                return false;
            }

            ready = Magazine(slots.Ready);
            isRecycled = IsReady(ready);
        }

        if (!isRecycled)
        {
            run = new SlotRun(slots.FreshNext, slots.FreshEnd);
            return true;
        }

        if (ready->Count <= FetchesNext && ready->Count > FetchesNext - width)
        {
            FetchFull();
        }

        run = new SlotRun(ready->Slots, (uint)ready->Count);
        return true;
    }

    /// <summary>Takes so many of the slots that <see cref="TryGetAtHand"/> gave, in its order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void TakeAway(ref CpuState cpu, int count)
    {
        SlotMagazine* ready = Magazine(cpu.Slots.Ready);
        if (IsReady(ready))
        {
            ready->Count -= count;
        }
        else
        {
            cpu.Slots.FreshNext += (uint)count;
        }
    }

    /// <summary>Ends an entry that is in no chain: new generation, slot back to the calling CPU.</summary>
    public void FreeSlot(ref CpuState cpu, Slot slot)
    {
        Debug.Assert(
            (_slab.Original(slot)->Status & (EntryStatus.Confirmed | EntryStatus.Dying)) != EntryStatus.Confirmed,
            "a confirmed entry is killed before it is freed");
        TDesign.Free(in this, ref cpu, slot);
    }

    /// <summary>Fetches the recycled slots that come next; never used ones lie side by side.</summary>
    public void FetchNext(ref CpuState cpu, int count)
    {
        SlotMagazine* ready = Magazine(cpu.Slots.Ready);
        for (int i = (int)ready->Count - 1; i >= 0 && count > 0; i--, count--)
        {
            Prefetch.Read(_slab.Original(new Slot(ready->Slots[i])));
        }
    }

    private void FillStacks(CpuState* cpus, int cpuCount, uint magazines)
    {
        uint own = 2 * (uint)cpuCount;
        for (uint cpu = 0; cpu < cpuCount; cpu++)
        {
            cpus[cpu].Slots.Ready = 2 * cpu;
            cpus[cpu].Slots.Limbo = (2 * cpu) + 1;
        }

        for (uint number = own; number < magazines; number++)
        {
            Push(ref _words.EmptyMagazines, number);
        }
    }

    // A magazine that was found ripe has no tag any more.
    private static bool IsReady(SlotMagazine* magazine) => magazine->Count > 0 && magazine->Tag == 0;

    /// <summary>
    /// Fetches the slots of the magazine that comes next. Another CPU may take it meanwhile: then they were fetched in vain.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FetchFull()
    {
        // Acquire: pairs with the compare-and-swap of Push, so that the numbers are those that were pushed. Whatever they are, they are
        // slots.
        ulong top = TDesign.Read(ref _words.FullMagazines);
        if ((uint)top != 0)
        {
            SlotMagazine* full = Magazine((uint)top - 1);
            for (int i = 1; i <= FetchesNext; i++)
            {
                Prefetch.Read(_slab.Original(new Slot(full->Slots[TDesign.MagazineSlots - Math.Min(i, TDesign.MagazineSlots)])));
            }
        }
    }

    /// <summary>Takes a slot that a refill has put at hand.</summary>
    private Slot TakeAtHand(ref CpuState cpu)
    {
        SlotMagazine* ready = Magazine(cpu.Slots.Ready);
        return IsReady(ready) ? TakeReady(ready) : new Slot(cpu.Slots.FreshNext++);
    }

    private SlotMagazine* Magazine(uint number) => _magazines + number;

    [Conditional("DEBUG")]
    private static void AssertCount(SlotMagazine* magazine, int min, int max) =>
        Debug.Assert(magazine->Count >= min && magazine->Count <= max, $"a magazine holds {magazine->Count} slots, not {min} to {max}");

    /// <summary>
    /// Takes the last slot and fetches the next one, as the kernel's slab allocator does: recycled slots lie all over the slab.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Slot TakeReady(SlotMagazine* ready)
    {
        AssertCount(ready, 1, TDesign.MagazineSlots);
        var slot = new Slot(ready->Slots[--ready->Count]);
        if (ready->Count > 0)
        {
            var next = new Slot(ready->Slots[ready->Count - 1]);
            Prefetch.Read(_slab.Original(next));
            if (TAddress.NodeSize >= 64)
            {
                Prefetch.Read(_slab.Reply(next));
            }
        }

        return slot;
    }

    /// <summary>Gets slots into the ready magazine or the run; false if there are none in the table.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Refill(ref CpuState cpu)
    {
        ref SlotCache slots = ref cpu.Slots;
        var spinner = new SpinWait();
        while (true)
        {
            SlotMagazine* ready = Magazine(slots.Ready);
            if (ready->Count == 0 && TryPop(ref _words.FullMagazines, out uint full))
            {
                Push(ref _words.EmptyMagazines, slots.Ready);
                slots.Ready = full;
                ready = Magazine(full);
            }

            if (ready->Count > 0 && _sections.IsRipe(ref cpu, ready))
            {
                return true;
            }

            if (TakeFreshRun(ref slots))
            {
                return true;
            }

            if (ready->Count > 0)
            {
                // Lock-free design only: every slot that is left waits for a CPU that is inside an operation.
                ulong* section = _sections.SectionInTheWay(ref cpu, ready);
                if (section != null)
                {
                    TDesign.Await(ref spinner, section);
                }
            }
            else if (!TrySealLimbo(ref slots))
            {
                return false;
            }
        }
    }

    private bool TakeFreshRun(ref SlotCache slots)
    {
        // Never used slots are handed out by one fetch-and-add; nothing is published through the word.
        uint end = TDesign.Add(ref _words.FreshSlots, SlotChunk);
        if (end - SlotChunk >= _capacity)
        {
            TDesign.Add(ref _words.FreshSlots, unchecked((uint)-SlotChunk)); // undo, so that the word cannot wrap
            return false;
        }

        slots.FreshNext = end - SlotChunk;
        slots.FreshEnd = Math.Min(end, _capacity);
        return true;
    }

    /// <summary>Puts a freed slot where it is taken again at once.</summary>
    public void Recycle(ref SlotCache slots, Slot slot)
    {
        SlotMagazine* ready = Magazine(slots.Ready);
        if (ready->Count == TDesign.MagazineSlots)
        {
            Push(ref _words.FullMagazines, slots.Ready);
            slots.Ready = TakeEmptyMagazine();
            ready = Magazine(slots.Ready);
        }

        AssertCount(ready, 0, TDesign.MagazineSlots - 1);
        ready->Slots[ready->Count++] = slot.Number;
    }

    /// <summary>Puts a freed slot where it waits for the end of all sections.</summary>
    public void Discard(ref SlotCache slots, Slot slot)
    {
        SlotMagazine* limbo = Magazine(slots.Limbo);
        AssertCount(limbo, 0, TDesign.MagazineSlots - 1);
        limbo->Slots[limbo->Count++] = slot.Number;
        if (limbo->Count == TDesign.MagazineSlots && !TrySealLimbo(ref slots))
        {
            limbo->Tag = _sections.AdvanceEpoch();
            Push(ref _words.FullMagazines, slots.Limbo);
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

        limbo->Tag = _sections.AdvanceEpoch();
        (slots.Ready, slots.Limbo) = (slots.Limbo, slots.Ready);
        return true;
    }

    /// <summary>There is always one: full ones hold different slots, and a CPU keeps at most three while it exchanges them.</summary>
    private uint TakeEmptyMagazine() => TryPop(ref _words.EmptyMagazines, out uint number)
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
