using System.Diagnostics;
using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// Confirm (<c>__nf_conntrack_confirm</c>): the late half of the race. Both chains are walked under the locks; the first entry with one
/// of the connection's tuples, in either role, is a clash. The lock-free design does the same by the protocol of
/// <see cref="LockFreeChains{TAddress, TEra, TDesign}"/>.
/// </summary>
/// <remarks>
/// Clash resolution (<c>nf_ct_resolve_clash</c>): UDP and UDP-Lite from 4.7 on, GRE from 6.5 on, unknown protocols from 7.0 on. It helps
/// two packets of one flow; it never helps two flows that chose the same NAT port, because their ORIGINAL tuples differ and the REPLY
/// tuple is in use.
/// </remarks>
internal sealed unsafe class Confirmation<TAddress, TEra, TDesign>
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    /// <summary>Lifetime of an entry that was inserted in reply direction only, ms.</summary>
    private const uint ClashLifetime = 1000;
    private readonly ChainTable<TAddress, TEra, TDesign> _chains;
    private readonly EntryLife<TAddress, TEra, TDesign> _life;
    private readonly EntrySlab<TAddress, TDesign> _slab;
    private readonly EraTraits _traits;

    public Confirmation(ChainTable<TAddress, TEra, TDesign> chains, EntryLife<TAddress, TEra, TDesign> life, EraTraits traits)
    {
        _chains = chains;
        _life = life;
        _slab = chains.Slab;
        _traits = traits;
    }

    /// <summary>Inserts an unconfirmed entry or ends it, inside a section.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ConfirmResult Confirm(ref CpuState cpu, in PendingEntry<TAddress> entry)
    {
        Slot slot = entry.Slot;
        OriginalNode<TAddress>* first = _slab.Original(slot);
        cpu.LastClashWith = Slot.None;
        if ((first->Status & (EntryStatus.Confirmed | EntryStatus.Dying)) != 0)
        {
            return RefuseConfirm(ref cpu, slot);
        }

        TupleHash originalHash = entry.OriginalHash;
        TupleHash replyHash = entry.TryGetReplyHash(out TupleHash known) ? known : _chains.Hash(in _slab.Reply(slot)->Tuple);
        if (_traits.Gc == GcSchedule.EntryTimers)
        {
            // Entries of this era vanish by their own timers the moment they expire, so confirm can never meet one.
            _life.ReclaimChain(ref cpu, originalHash);
            _life.ReclaimChain(ref cpu, replyHash);
        }

        int limit = DrawChainLimit(ref cpu);
        bool isReserved = Reservations<TAddress, TEra, TDesign>.Has(_slab, slot);
        uint lifetime = isReserved ? EntryLife<TAddress, TEra, TDesign>.InitialTimeout(first->Tuple.Protocol) : first->Deadline;
        _slab.SetDeadline(slot, lifetime + cpu.Now);
        ConfirmResult result = TDesign.Insert(_chains, ref cpu, slot, originalHash, replyHash, limit, new Resolution(this));
        if (result == ConfirmResult.Inserted && _traits.Gc == GcSchedule.EntryTimers)
        {
            cpu.Counters.Insert++;
        }

        return result;
    }

    /// <summary>
    /// Goes on where a pass ended that could not claim both tuples with the heads it had walked: the entry is written whole and in the
    /// by-source table. Inside its section, lock-free design only.
    /// </summary>
    /// <param name="slot">The entry.</param>
    /// <param name="hashes">Hashes of its tuples.</param>
    /// <param name="held">Whether the lower tuple is claimed.</param>
    /// <param name="replyFirst">Whether the lower tuple is that of REPLY.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ConfirmResult ConfirmAfterPass(ref CpuState cpu, Slot slot, in HashPair hashes, bool held, bool replyFirst)
    {
        cpu.LastClashWith = Slot.None;
        int limit = DrawChainLimit(ref cpu);
        var chains = new LockFreeChains<TAddress, TEra, TDesign>(_chains);
        return held
            ? chains.InsertHolding(ref cpu, slot, in hashes, replyFirst, limit, new Resolution(this))
            : chains.Insert(ref cpu, slot, hashes.Original, hashes.Reply, limit, new Resolution(this));
    }

    /// <summary>
    /// Inserts a ready-made entry, inside a section; false, and the entry is freed, if one of its tuples is in the table.
    /// </summary>
    public bool TryRestore(ref CpuState cpu, Slot slot, TupleHash originalHash, TupleHash replyHash) =>
        TDesign.Insert(_chains, ref cpu, slot, originalHash, replyHash, ChainScan.Unlimited, new NoResolution(_life))
        == ConfirmResult.Inserted;

    /// <summary>What becomes of an entry that was refused, and the counters of it. The caller frees it.</summary>
    private ConfirmResult Refuse(ref CpuState cpu, Slot slot, ChainScan scan, in BucketPair pair, ReplyClaim reply)
    {
        if (scan.TooLong)
        {
            cpu.Counters.ChainTooLong++;
            cpu.Counters.InsertFailed++;
            return ConfirmResult.ChainTooLong;
        }

        NoteClash(ref cpu, scan.Link.Slot);
        return ResolveClash(ref cpu, slot, scan.Link.Slot, in pair, reply);
    }

    private ConfirmResult RefuseConfirm(ref CpuState cpu, Slot slot)
    {
        if ((_slab.Original(slot)->Status & EntryStatus.Confirmed) != 0)
        {
            return ConfirmResult.AlreadyConfirmed;
        }

        if (!_traits.DyingAccepted)
        {
            cpu.Counters.InsertFailed++; // drop does not move, in no era
        }

        _life.FreeEntry(ref cpu, slot);
        return ConfirmResult.Dying;
    }

    /// <summary>The caller holds the locks, or is in a section: the resident cannot lose its slot meanwhile.</summary>
    private void NoteClash(ref CpuState cpu, Slot resident)
    {
        cpu.LastClashWith = resident;
        cpu.LastClashGeneration = EntryStatus.Generation(_slab.Original(resident)->Status);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int DrawChainLimit(ref CpuState cpu) => _traits.ChainLimitMin == 0
        ? int.MaxValue - 1
        : _traits.ChainLimitMin + (int)cpu.Random.NextBelow((uint)_traits.ChainLimitSpread);

    private void CountDropped(ref CpuState cpu)
    {
        cpu.Counters.InsertFailed++;
        if (_traits.ClashCounters != ClashCounters.InsertFailedOnly)
        {
            cpu.Counters.Drop++;
        }
    }

    /// <summary>
    /// Decides what becomes of an entry that clashes with <paramref name="resident"/>. The caller holds the locks or the claims.
    /// </summary>
    private ConfirmResult ResolveClash(ref CpuState cpu, Slot slot, Slot resident, in BucketPair pair, ReplyClaim reply)
    {
        if (ResolvesClashes(_traits, _slab.Original(slot)->Tuple.Protocol))
        {
            if (CanMerge(resident, slot))
            {
                return CountMerged(ref cpu, resident);
            }

            // A resident that holds the REPLY tuple would only be found again.
            if (_traits.Clash >= ClashRule.InsertReply && reply != ReplyClaim.Refused)
            {
                return InsertReplyOnly(ref cpu, slot, in pair, reply);
            }
        }

        CountDropped(ref cpu);
        return ConfirmResult.Clash;
    }

    /// <summary>Whether packets of one flow that meet at confirm are reconciled (<c>allow_clash</c>).</summary>
    public static bool ResolvesClashes(EraTraits traits, IPProtocol protocol) => protocol switch
    {
        IPProtocol.Udp or IPProtocol.UdpLite => traits.Clash != ClashRule.Drop,
        IPProtocol.Gre => traits.GreClash,
        IPProtocol.Tcp or IPProtocol.Icmp or IPProtocol.IcmpV6 or IPProtocol.Sctp or IPProtocol.Dccp => false,
        _ => traits.GenericClash,
    };

    private ConfirmResult InsertReplyOnly(ref CpuState cpu, Slot slot, in BucketPair pair, ReplyClaim reply)
    {
        OriginalNode<TAddress>* first = _slab.Original(slot);
        ChainScan scan = TDesign.LinkReplyOnly(_chains, slot, in pair, reply);
        if (!scan.IsClear)
        {
            if (CanMerge(scan.Link.Slot, slot))
            {
                return CountMerged(ref cpu, scan.Link.Slot);
            }

            NoteClash(ref cpu, scan.Link.Slot);
            CountDropped(ref cpu);
            return ConfirmResult.Clash;
        }

        Debug.Assert((first->Status & (EntryStatus.Confirmed | EntryStatus.Dying)) == 0, "an entry is confirmed once");
        _slab.SetDeadline(slot, cpu.Now + ClashLifetime);

        // Release: makes the reply node visible with its deadline. Pairs with the acquire in StillMatches. It is C4 of the lock-free
        // design.
        TDesign.Write(
            ref first->Status,
            (first->Status & ~EntryStatus.Reservation) | EntryStatus.Confirmed | EntryStatus.FixedTimeout | EntryStatus.NatClash);
        if (_traits.ClashCounters == ClashCounters.ClashResolve)
        {
            cpu.Counters.ClashResolve++;
        }

        return ConfirmResult.InsertedReplyOnly;
    }

    private bool CanMerge(Slot resident, Slot loser)
    {
        ulong status = _slab.Original(resident)->Status;
        if (TDesign.ReservesReply && (status & EntryStatus.Confirmed) == 0)
        {
            return false; // no packet can go on with a reservation
        }

        if (!TDesign.IsLockFree && (status & EntryStatus.Dying) != 0 && _traits.Clash != ClashRule.MergeReverse)
        {
            // Up to 6.11 nothing joins an entry that is being removed; 6.12 and later no longer ask. The lock-free design found the entry
            // resident, and that was the moment of the answer.
            return false;
        }

        bool untouchedByNat = (status & EntryStatus.NatDoneMask) == 0;
        return _traits.Clash switch
        {
            ClashRule.MergeWithoutNat => untouchedByNat,
            ClashRule.MergeEqual or ClashRule.InsertReply => untouchedByNat || AreSameFlow(resident, loser),
            _ => AreSameFlow(resident, loser) || AreReversedFlows(resident, loser),
        };
    }

    private bool AreSameFlow(Slot a, Slot b) =>
        ConntrackTuple<TAddress>.AreEqual(in _slab.Original(a)->Tuple, in _slab.Original(b)->Tuple)
        && ConntrackTuple<TAddress>.AreEqual(in _slab.Reply(a)->Tuple, in _slab.Reply(b)->Tuple);

    private bool AreReversedFlows(Slot a, Slot b) =>
        ConntrackTuple<TAddress>.AreEqual(in _slab.Original(a)->Tuple, in _slab.Reply(b)->Tuple)
        && ConntrackTuple<TAddress>.AreEqual(in _slab.Reply(a)->Tuple, in _slab.Original(b)->Tuple);

    /// <summary>4.7 to 5.9 count a merge as <c>insert_failed</c> although nothing is lost.</summary>
    private ConfirmResult CountMerged(ref CpuState cpu, Slot resident)
    {
        NoteClash(ref cpu, resident);
        if (_traits.ClashCounters == ClashCounters.ClashResolve)
        {
            cpu.Counters.ClashResolve++;
        }
        else
        {
            cpu.Counters.InsertFailed++;
        }

        return ConfirmResult.Merged;
    }

    /// <summary>Resolves the clash by the era's rule.</summary>
    private readonly struct Resolution(Confirmation<TAddress, TEra, TDesign> confirmation) : IRefusal
    {
        public ConfirmResult Refuse(ref CpuState cpu, Slot slot, ChainScan scan, in BucketPair pair, ReplyClaim reply) =>
            confirmation.Refuse(ref cpu, slot, scan, in pair, reply);

        public void Free(ref CpuState cpu, Slot slot) => confirmation._life.FreeEntry(ref cpu, slot);
    }

    /// <summary>Counts nothing: no packet was lost.</summary>
    private readonly struct NoResolution(EntryLife<TAddress, TEra, TDesign> life) : IRefusal
    {
        public ConfirmResult Refuse(ref CpuState cpu, Slot slot, ChainScan scan, in BucketPair pair, ReplyClaim reply) =>
            ConfirmResult.Clash;

        public void Free(ref CpuState cpu, Slot slot) => life.FreeEntry(ref cpu, slot);
    }
}
