using System.Diagnostics;
using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// Reservations without locks (<see cref="ReserveLockFree"/>): the claim C1 to C3 of
/// the REPLY tuple is made at the accepted probe, and confirm claims the ORIGINAL tuple alone. No kernel does this.
/// </summary>
/// <remarks>
/// <para>A reserved node is linked, and its entry is marked as reserved and not confirmed. It is not undecided: nobody waits for it, since
/// its owner may take long. It stands against every claim of its tuple but two:</para>
/// <list type="number">
/// <item>the claim of the REPLY tuple by an entry of the same flow, which has no reservation. Both need the same ORIGINAL tuple, and there
/// one of them is refused.</item>
/// <item>the claim of the ORIGINAL tuple by its exact reverse. Without a reservation that one needs the other tuple too, and there one of
/// them is refused. With one, each holds what the other needs: R1 and R2 decide.</item>
/// </list>
/// <para>Of two reserved entries that are each other's exact reverse, each meets the other's node before it links its ORIGINAL node: were
/// that linked first, the other's claim of the same tuple would have met it. So only an entry that meets one asks, and it costs the others
/// nothing:</para>
/// <list type="bullet">
/// <item>R1: set CONFIRMING in the own status. R2: read the status of the other, and go on if it is not CONFIRMING.</item>
/// <item>If it is, the entry with the higher ORIGINAL tuple takes its own CONFIRMING back until the other has decided and begins again with
/// R1; the one with the lower tuple waits until the other has decided or taken it back.</item>
/// </list>
/// <para>Progress: who waits here waits for an entry that is in confirm, and nobody waits for its own node. Once its ORIGINAL node is
/// linked, a reserved entry waits for nobody.</para>
/// </remarks>
internal readonly unsafe struct LockFreeReservations<TAddress, TEra, TDesign>(ChainTable<TAddress, TEra, TDesign> chains)
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private readonly EntrySlab<TAddress, TDesign> _slab = chains.Slab;

    /// <summary>What a linked node is to others.</summary>
    private enum Standing
    {
        /// <summary>Removed or withdrawn.</summary>
        Gone,

        /// <summary>Its entry is not confirmed, and has the tuple.</summary>
        Reserved,

        /// <summary>Its entry is in the table.</summary>
        Resident,
    }

    /// <summary>Claims a REPLY tuple for an unconfirmed entry, inside a section, or names the node that has it.</summary>
    /// <param name="slot">An entry of the calling CPU that has no reservation.</param>
    /// <param name="reply">The tuple.</param>
    /// <param name="deadline">When the entry would expire: walks pass over expired nodes.</param>
    /// <param name="holder">The node that has the tuple, if the claim fails.</param>
    public bool TryClaim(Slot slot, in ConntrackTuple<TAddress> reply, TupleHash hash, uint deadline, out Link holder)
    {
        BucketArray buckets = chains.CurrentBuckets();
        ref Link head = ref buckets.Heads[hash.Bucket(buckets.Count)];
        ref ulong status = ref _slab.Original(slot)->Status;
        while (true)
        {
            Link seen = TDesign.Read(ref head); // C1, acquire: pairs with C3, nodes are seen whole
            holder = default;
            if (!seen.IsEnd && TryWalkToHolder(seen, in reply, out holder, out _, out _, Slot.None))
            {
                if ((status & EntryStatus.ReplyReserved) != 0)
                {
                    // Release; nobody has met the node, so no order is needed.
                    TDesign.Write(ref status, status & ~EntryStatus.ReplyReserved);
                }

                return false;
            }

            SharedTuple<TAddress, TDesign>.Write(ref _slab.Reply(slot)->Tuple, in reply);
            _slab.SetDeadline(slot, deadline);

            // Release: comes before C3, so whoever meets the node finds it reserved. Pairs with C5 in StandingOf.
            TDesign.Write(ref status, status | EntryStatus.ReplyReserved);
            _slab.SetNext(slot.Reply, seen);

            // C3, full fence: tuple, deadline and status are visible before the node is. Pairs with C1, C6 and the acquires of Walk.
            if (TDesign.CompareExchange(ref head, slot.Reply, seen) == seen)
            {
                return true;
            }
        }
    }

    /// <summary>Whether a linked node, whose tuple an entry needs, stands against it. Waits while that is undecided.</summary>
    /// <param name="at">The node.</param>
    /// <param name="self">The entry, which is in confirm.</param>
    /// <param name="isReply">Whether it is its REPLY tuple that it needs.</param>
    public bool StandsAgainst(Link at, Slot self, bool isReply)
    {
        Standing standing = StandingOf(at);
        if (standing != Standing.Reserved)
        {
            return standing == Standing.Resident;
        }

        ref ConntrackTuple<TAddress> other = ref _slab.Original(at.Slot)->Tuple;
        return isReply
            ? !ConntrackTuple<TAddress>.AreEqual(in other, in _slab.Original(self)->Tuple)
            : !ConntrackTuple<TAddress>.AreEqual(in other, in _slab.Reply(self)->Tuple)
                || (Reservations<TAddress, TEra, TDesign>.Has(_slab, self) && LosesTo(at, self));
    }

    /// <inheritdoc cref="ITableDesign.LinkReplyOnly"/>
    public ChainScan LinkReplyOnly(Slot slot, in BucketPair pair, ReplyClaim reply)
    {
        if (Reservations<TAddress, TEra, TDesign>.Has(_slab, slot))
        {
            return Secure(slot, in pair);
        }

        var free = new LockFreeChains<TAddress, TEra, TDesign>(chains);
        ChainScan scan = free.LinkReplyOnly(slot, in pair, reply);
        if (scan.IsClear)
        {
            scan = ReservationOf(slot, in pair);
            if (!scan.IsClear && reply != ReplyClaim.Held)
            {
                free.Withdraw(ref pair.Buckets.Heads[pair.Reply], slot.Reply);
            }
        }

        return scan;
    }

    /// <summary>
    /// Before a reserved entry becomes one in reply direction only: claims its tuple against the exact reverse as well, which passes over a
    /// reservation.
    /// </summary>
    /// <param name="slot">The entry, whose ORIGINAL tuple was refused.</param>
    /// <param name="pair">Its buckets.</param>
    /// <returns>The resident that has its REPLY tuple or is its reverse; clear if there is none.</returns>
    private ChainScan Secure(Slot slot, in BucketPair pair)
    {
        // R1, before both walks: a reverse that comes later waits.
        TDesign.Or(ref _slab.Original(slot)->Status, EntryStatus.Confirming);
        ref ConntrackTuple<TAddress> original = ref _slab.Original(slot)->Tuple;
        ref ConntrackTuple<TAddress> reply = ref _slab.Reply(slot)->Tuple;
        Link link = TDesign.Read(ref pair.Buckets.Heads[pair.Original]); // C1, as in TryClaim
        while (TryWalkToHolder(link, in original, out Link at, out bool isReserved, out link, Slot.None))
        {
            if (isReserved && ConntrackTuple<TAddress>.AreEqual(in _slab.Original(at.Slot)->Tuple, in reply))
            {
                LosesTo(at, slot); // if so, its ORIGINAL node is met below
            }
        }

        link = TDesign.Read(ref pair.Buckets.Heads[pair.Reply]); // C1, as in TryClaim
        while (TryWalkToHolder(link, in reply, out Link at, out _, out link, Slot.None))
        {
            if (at.Slot != slot)
            {
                return new ChainScan(at, tooLong: false);
            }
        }

        return new ChainScan(link, tooLong: false);
    }

    /// <summary>
    /// After an entry without a reservation has claimed its REPLY tuple and is to have no other: the reservation of the same flow, over
    /// which the claim has passed, or none. It cannot pass on the ORIGINAL tuple, as two whole entries of one flow do.
    /// </summary>
    /// <param name="slot">The entry.</param>
    /// <param name="pair">Its buckets.</param>
    private ChainScan ReservationOf(Slot slot, in BucketPair pair)
    {
        Link link = TDesign.Read(ref pair.Buckets.Heads[pair.Reply]); // C1, as in TryClaim
        while (TryWalkToHolder(link, in _slab.Reply(slot)->Tuple, out Link at, out bool isReserved, out link, slot))
        {
            if (isReserved)
            {
                return new ChainScan(at, tooLong: false);
            }
        }

        return new ChainScan(link, tooLong: false);
    }

    /// <summary>R1 and R2 against an exact reverse that is reserved: whether it was confirmed first.</summary>
    private bool LosesTo(Link reverse, Slot self)
    {
        if (!TDesign.Keeps(ProtocolStep.AskReverse))
        {
            return false;
        }

        ref ulong own = ref _slab.Original(self)->Status;
        ref ulong others = ref _slab.Original(reverse.Slot)->Status;
        ref Link link = ref _slab.Node(reverse)->Next;
        bool isLower = ConntrackTuple<TAddress>.Order(in _slab.Original(self)->Tuple, in _slab.Original(reverse.Slot)->Tuple) < 0;
        var spinner = new SpinWait();
        while (true)
        {
            Debug.Assert(
                (own & (EntryStatus.Confirmed | EntryStatus.ReplyReserved)) == EntryStatus.ReplyReserved,
                "a reservation is in confirm before it is confirmed");

            // R1, full fence: pairs with R1 of the other; of two that store and then load, one at least sees the other's.
            TDesign.Or(ref own, EntryStatus.Confirming);
            while (true)
            {
                ulong status = TDesign.Read(ref others); // R2, acquire: pairs with R1 and C4
                if ((status & EntryStatus.Confirmed) != 0)
                {
                    return (status & EntryStatus.Dying) == 0;
                }

                // Acquire: pairs with K2. A marked node without CONFIRMED is withdrawn or freed.
                if (TDesign.Read(ref link).IsMarked)
                {
                    return false;
                }

                if ((status & EntryStatus.Confirming) == 0)
                {
                    if ((own & EntryStatus.Confirming) != 0)
                    {
                        return false;
                    }

                    break;
                }

                if (!isLower && (own & EntryStatus.Confirming) != 0)
                {
                    TDesign.And(ref own, ~EntryStatus.Confirming); // the lower tuple goes first
                }

                TDesign.Await(ref spinner, Unsafe.AsPointer(ref others), Unsafe.AsPointer(ref link));
            }
        }
    }

    /// <summary>Walks on in a chain to the next node that has a tuple, and may keep it.</summary>
    /// <param name="link">Where to begin.</param>
    /// <param name="holder">The node.</param>
    /// <param name="isReserved">Whether it is reserved only.</param>
    /// <param name="next">Where the chain goes on.</param>
    /// <param name="passOver">An entry that is not asked: it is the caller's own, and undecided.</param>
    private bool TryWalkToHolder(
        Link link, in ConntrackTuple<TAddress> tuple, out Link holder, out bool isReserved, out Link next, Slot passOver)
    {
        while (!link.IsEnd)
        {
            holder = link.Target;
            link = TDesign.Read(ref _slab.Node(holder)->Next); // C6, acquire: pairs with C3 of the next node and with K2
            if (holder.Slot != passOver && SharedTuple<TAddress, TDesign>.AreEqual(ref _slab.Node(holder)->Tuple, in tuple)
                && StandingOf(holder) is var standing and not Standing.Gone)
            {
                isReserved = standing == Standing.Reserved;
                next = link;
                return true;
            }
        }

        holder = default;
        isReserved = false;
        next = link;
        return false;
    }

    /// <summary>
    /// Waits while a node is undecided: its entry is in confirm, and has no reservation or meets it in the role of ORIGINAL.
    /// </summary>
    private Standing StandingOf(Link at)
    {
        ulong* word = &_slab.Original(at.Slot)->Status;
        Link* link = &_slab.Node(at)->Next;
        var spinner = new SpinWait();
        while (true)
        {
            // C5, acquire: pairs with C4 (the entry is whole), with K1, and with the release in FreeSlot (the mark below is seen).
            ulong status = TDesign.Read(ref *word);
            if ((status & EntryStatus.Confirmed) != 0)
            {
                return (status & EntryStatus.Dying) == 0 ? Standing.Resident : Standing.Gone;
            }

            // C7, acquire: pairs with K2. A marked node without CONFIRMED is withdrawn or freed.
            if (TDesign.Read(ref *link).IsMarked)
            {
                return Standing.Gone;
            }

            if (at.IsReply && (status & EntryStatus.ReplyReserved) != 0)
            {
                return Standing.Reserved;
            }

            TDesign.Await(ref spinner, word, link);
        }
    }
}
