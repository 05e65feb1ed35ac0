using System.Diagnostics;
using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>New entries: unconfirmed ones of a first packet (<c>init_conntrack</c>), and ready-made ones.</summary>
internal readonly unsafe struct EntryCreation<TAddress, TEra, TDesign>(
    ChainTable<TAddress, TEra, TDesign> chains,
    BySourceTable<TAddress, TEra, TDesign> bySource,
    SlotPool<TAddress, TDesign> slots,
    EntryCount<TDesign> count,
    EntryLife<TAddress, TEra, TDesign> life,
    Sections<TDesign> sections,
    Confirmation<TAddress, TEra, TDesign> confirmation)
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private readonly EntrySlab<TAddress, TDesign> _slab = chains.Slab;

    /// <summary>
    /// An unconfirmed entry whose REPLY is the inverse of ORIGINAL, outside a section; or no slot, counted as <c>drop</c>.
    /// </summary>
    public bool TryCreate(
        ref CpuState cpu, in ConntrackTuple<TAddress> original, TupleHash hash, uint tdEnd, out PendingEntry<TAddress> entry)
    {
        if (!AdmitOne(ref cpu, hash))
        {
            cpu.Counters.Drop++;
            entry = PendingEntry<TAddress>.None;
            return false;
        }

        Slot slot = slots.TakeSlot(ref cpu);
        if (slot.IsNone)
        {
            count.ReleaseOne(ref cpu);
            cpu.Counters.Drop++;
            entry = PendingEntry<TAddress>.None;
            return false;
        }

        OriginalNode<TAddress>* first = _slab.Original(slot);
        ReplyNode<TAddress>* second = _slab.Reply(slot);
        Debug.Assert((uint)first->Status == 0, "a slot that is taken was free");
        SharedTuple<TAddress, TDesign>.Write(ref first->Tuple, in original);
        SharedTuple<TAddress, TDesign>.WriteInverse(ref second->Tuple, in original);
        _slab.SetTdEnd(slot, original.Protocol == IPProtocol.Tcp ? tdEnd : cpu.Now);
        _slab.SetDeadline(slot, EntryLife<TAddress, TEra, TDesign>.InitialTimeout(original.Protocol));
        if (original.Protocol == IPProtocol.Tcp)
        {
            _slab.SetStatus(slot, EntryStatus.WithState(first->Status, TcpState.SynSent));
        }

        entry = new PendingEntry<TAddress>(slot, hash);
        return true;
    }

    /// <summary>A confirmed entry as the arguments say, outside a section; no slot if the table is full or has one of the tuples.</summary>
    public Slot Restore(
        ref CpuState cpu, in ConntrackTuple<TAddress> original, in ConntrackTuple<TAddress> reply, ulong status, uint lifetime, uint tdEnd)
    {
        TupleHash originalHash = chains.Hash(in original);
        if (!TryCreate(ref cpu, in original, originalHash, tdEnd, out PendingEntry<TAddress> entry))
        {
            return entry.Slot;
        }

        Slot slot = entry.Slot;
        OriginalNode<TAddress>* first = _slab.Original(slot);
        _slab.SetStatus(slot, ((ulong)EntryStatus.Generation(first->Status) << 32) | (uint)(status & ~EntryStatus.Confirmed));
        _slab.SetDeadline(slot, cpu.Now + lifetime);
        SharedTuple<TAddress, TDesign>.Write(ref _slab.Reply(slot)->Tuple, in reply);
        if ((status & EntryStatus.SourceNatDone) != 0)
        {
            bySource.Add(in entry);
        }

        sections.Enter(ref cpu);
        bool inserted = confirmation.TryRestore(ref cpu, slot, originalHash, chains.Hash(in reply));
        Sections<TDesign>.Leave(ref cpu);
        return inserted ? slot : Slot.None;
    }

    /// <summary>Counts one more entry, after early drop if the table is full.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool AdmitOne(ref CpuState cpu, TupleHash hash) => count.TryAdmit(ref cpu) || AdmitAfterEarlyDrop(ref cpu, hash);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool AdmitAfterEarlyDrop(ref CpuState cpu, TupleHash hash)
    {
        bool dropped = life.EarlyDropOne(ref cpu, hash);
        count.Settle(ref cpu, dropped);
        return dropped;
    }
}
