using System.Diagnostics;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// Ends of entries: killed by name, reclaimed when expired, dropped early when the table is full, swept by the collector.
/// </summary>
internal sealed unsafe class EntryLife<TAddress, TEra, TDesign>
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private const int EarlyDropSteps = 8;
    private const int ShortestCounted = 1_000;
    private const int LongestCounted = 300_000;
    private readonly ChainTable<TAddress, TEra, TDesign> _chains;
    private readonly BySourceTable<TAddress, TEra, TDesign> _bySource;
    private readonly SlotPool<TAddress, TDesign> _slots;
    private readonly EntrySlab<TAddress, TDesign> _slab;
    private readonly Sections<TDesign> _sections;
    private readonly EntryCount<TDesign> _count;
    private readonly EraTraits _traits;

    public EntryLife(
        ChainTable<TAddress, TEra, TDesign> chains,
        BySourceTable<TAddress, TEra, TDesign> bySource,
        SlotPool<TAddress, TDesign> slots,
        Sections<TDesign> sections,
        EntryCount<TDesign> count,
        EraTraits traits)
    {
        _chains = chains;
        _bySource = bySource;
        _slots = slots;
        _slab = chains.Slab;
        _sections = sections;
        _count = count;
        _traits = traits;
    }

    /// <summary>
    /// Removes an entry (<c>nf_ct_kill</c>) if it is still the one that was found; of several callers one succeeds. In the lock-free design
    /// lock-free, and the entry is gone for all lookups at one moment; under the locks it leaves one chain after the other.
    /// </summary>
    /// <param name="entry">The entry as a lookup found it.</param>
    /// <returns>Whether this call removed it.</returns>
    public bool Kill(ref CpuState cpu, EntryReference entry)
    {
        _sections.Enter(ref cpu);
        bool killed = KillHere(ref cpu, entry);
        Sections<TDesign>.Leave(ref cpu);
        return killed;
    }

    public bool KillHere(ref CpuState cpu, EntryReference entry)
    {
        ref ulong word = ref _slab.Original(entry.Slot)->Status;
        ulong status = entry.Status; // as it was found; if it has changed, the compare-and-swap says what it is
        while (EntryStatus.Generation(status) == EntryStatus.Generation(entry.Status)
            && (status & (EntryStatus.Confirmed | EntryStatus.Dying)) == EntryStatus.Confirmed)
        {
            // K1, full fence. The one that sets DYING removes the entry; the generation in the same word keeps it from hitting the
            // slot's next owner. Pairs with every other Kill and with the state changes of Packet.
            ulong seen = TDesign.CompareExchange(ref word, status | EntryStatus.Dying, status);
            if (seen == status)
            {
                RemoveConfirmed(ref cpu, entry.Slot);
                return true;
            }

            status = seen;
        }

        return false;
    }

    /// <summary>Frees an entry that is in no chain of the table (<c>nf_conntrack_free</c> after <c>nf_nat_cleanup_conntrack</c>).</summary>
    public void FreeEntry(ref CpuState cpu, Slot slot)
    {
        if (Reservations<TAddress, TEra, TDesign>.Has(_slab, slot))
        {
            TDesign.GiveUp(_chains, slot, _chains.Hash(in _slab.Reply(slot)->Tuple));
        }

        if ((_slab.Original(slot)->Status & EntryStatus.SourceNatDone) != 0)
        {
            _bySource.Remove(slot);
        }

        _slots.FreeSlot(ref cpu, slot);
        _count.ReleaseOne(ref cpu);
    }

    /// <summary>
    /// Reclaims an entry that was met expired (<c>nf_ct_gc_expired</c>): only if confirmed, still expired, and not dying.
    /// </summary>
    public void Reclaim(ref CpuState cpu, Slot slot)
    {
        ulong status = _slab.Status(slot);
        if ((status & (EntryStatus.Confirmed | EntryStatus.Dying)) == EntryStatus.Confirmed
            && (int)(_slab.Deadline(slot) - cpu.Now) <= 0
            && KillHere(ref cpu, new EntryReference(slot.Original, status)))
        {
            cpu.Expired++;
        }
    }

    public void ReclaimChain(ref CpuState cpu, TupleHash hash)
    {
        BucketArray buckets = _chains.CurrentBuckets();
        ReclaimBucket(ref cpu, buckets, hash.Bucket(buckets.Count));
    }

    private void ReclaimBucket(ref CpuState cpu, BucketArray buckets, uint bucket)
    {
        // Acquire: pairs with the release of LinkNode, here and for every link below.
        Link link = TDesign.Read(ref buckets.Heads[bucket]);
        while (!link.IsEnd)
        {
            Slot slot = link.Target.Slot;
            link = TDesign.Read(ref _slab.Node(link.Target)->Next); // acquire, as the head
            if ((int)(_slab.Deadline(slot) - cpu.Now) <= 0)
            {
                Reclaim(ref cpu, slot);
            }
        }
    }

    /// <summary>Removes the expired entries of some buckets: one slice of <c>gc_worker</c>.</summary>
    /// <param name="cpu">The calling CPU, with the clock set.</param>
    /// <param name="firstBucket">First bucket; past the end of the table wraps.</param>
    /// <param name="count">Number of buckets.</param>
    /// <returns>How many entries went.</returns>
    public long CollectExpired(ref CpuState cpu, uint firstBucket, uint count)
    {
        ulong before = cpu.Expired;
        for (uint i = 0; i < count; i++)
        {
            _sections.Enter(ref cpu);
            BucketArray buckets = _chains.CurrentBuckets();
            ReclaimBucket(ref cpu, buckets, (uint)(((ulong)firstBucket + i) % buckets.Count));
            Sections<TDesign>.Leave(ref cpu);
        }

        return (long)(cpu.Expired - before);
    }

    /// <summary>Removes the expired entries of some buckets and averages the remaining time of the others.</summary>
    /// <param name="cpu">The calling CPU, with the clock set.</param>
    /// <param name="firstBucket">First bucket; past the end of the table wraps.</param>
    /// <param name="count">Number of buckets.</param>
    /// <param name="walk">What was seen; added to.</param>
    public void Collect(ref CpuState cpu, uint firstBucket, uint count, ref GcWalk walk)
    {
        ulong before = cpu.Expired;
        for (uint i = 0; i < count; i++)
        {
            _sections.Enter(ref cpu);
            BucketArray buckets = _chains.CurrentBuckets();
            uint bucket = (uint)(((ulong)firstBucket + i) % buckets.Count);

            // Acquire: pairs with the release of LinkNode, here and for every link below; a node is seen with its tuple and link.
            Link link = TDesign.Read(ref buckets.Heads[bucket]);
            while (!link.IsEnd)
            {
                Slot slot = link.Target.Slot;
                link = TDesign.Read(ref _slab.Node(link.Target)->Next); // acquire, as the head
                int left = (int)(_slab.Deadline(slot) - cpu.Now);
                walk.Nodes++;
                if (left <= 0)
                {
                    Reclaim(ref cpu, slot);
                }
                else
                {
                    walk.Living++;
                    walk.AverageMs += (Math.Clamp(left, ShortestCounted, LongestCounted) - walk.AverageMs) / walk.Living;
                }
            }

            Sections<TDesign>.Leave(ref cpu);
        }

        walk.Expired += (long)(cpu.Expired - before);
    }

    /// <summary>
    /// Makes room for one entry (<c>early_drop</c>) near the bucket of <paramref name="hash"/>. Expired entries on the way are reclaimed;
    /// they make the walk no success and are not counted, so this packet is dropped all the same and the next one finds room.
    /// </summary>
    public bool EarlyDropOne(ref CpuState cpu, TupleHash hash)
    {
        _sections.Enter(ref cpu);
        bool dropped = EarlyDropHere(ref cpu, hash);
        Sections<TDesign>.Leave(ref cpu);
        return dropped;
    }

    private bool EarlyDropHere(ref CpuState cpu, TupleHash hash)
    {
        BucketArray buckets = _chains.CurrentBuckets();
        uint bucket = hash.Bucket(buckets.Count);
        ulong expired = cpu.Expired;
        int seen = 0;
        for (int step = 0; step < EarlyDropSteps; step++)
        {
            if (_traits.Gc == GcSchedule.EntryTimers)
            {
                // Entries of this era vanish by their own timers: those that expired here were no longer counted when this one came.
                ReclaimBucket(ref cpu, buckets, bucket);
                if (cpu.Expired != expired)
                {
                    return true;
                }
            }

            uint dropped = _traits.EarlyDrop switch
            {
                EarlyDrop.LastOfChain => DropLast(ref cpu, buckets, bucket, ref seen),
                EarlyDrop.FirstMet => DropFirst(ref cpu, buckets, bucket, ref seen),
                _ => DropAll(ref cpu, buckets, bucket),
            };
            if (dropped != 0)
            {
                cpu.Counters.EarlyDrop += dropped;
                return true;
            }

            if (seen >= EarlyDropSteps)
            {
                return false;
            }

            bucket = _traits.EarlyDrop == EarlyDrop.OneBucket
                ? new TupleHash(hash.Value + (uint)step + 1).Bucket(buckets.Count)
                : (bucket + 1) % buckets.Count;
        }

        return false;
    }

    private uint DropAll(ref CpuState cpu, BucketArray buckets, uint bucket)
    {
        uint dropped = 0;

        // Acquire: pairs with the release of LinkNode, here and for every link below.
        Link link = TDesign.Read(ref buckets.Heads[bucket]);
        while (!link.IsEnd)
        {
            Link at = link.Target;
            link = TDesign.Read(ref _slab.Node(at)->Next); // acquire, as the head
            ulong status = _slab.Status(at.Slot);
            if (_traits.EarlyDropSparesOffloaded && (status & EntryStatus.Offload) != 0)
            {
                continue; // before it is asked whether it has expired
            }

            if ((int)(_slab.Deadline(at.Slot) - cpu.Now) <= 0)
            {
                Reclaim(ref cpu, at.Slot);
            }
            else if (IsEarlyDropVictim(status) && KillHere(ref cpu, new EntryReference(at, status)))
            {
                dropped++;
            }
        }

        return dropped;
    }

    private uint DropLast(ref CpuState cpu, BucketArray buckets, uint bucket, ref int seen)
    {
        EntryReference victim = default;
        bool found = false;

        // Acquire: pairs with the release of LinkNode, here and for every link below.
        Link link = TDesign.Read(ref buckets.Heads[bucket]);
        while (!link.IsEnd)
        {
            Link at = link.Target;
            link = TDesign.Read(ref _slab.Node(at)->Next); // acquire, as the head
            ulong status = _slab.Status(at.Slot);
            if (IsEarlyDropVictim(status))
            {
                victim = new EntryReference(at, status);
                found = true;
            }

            seen++;
        }

        return found && KillHere(ref cpu, victim) ? 1u : 0;
    }

    private uint DropFirst(ref CpuState cpu, BucketArray buckets, uint bucket, ref int seen)
    {
        // Acquire: pairs with the release of LinkNode, here and for every link below.
        Link link = TDesign.Read(ref buckets.Heads[bucket]);
        while (!link.IsEnd && seen < EarlyDropSteps)
        {
            Link at = link.Target;
            link = TDesign.Read(ref _slab.Node(at)->Next); // acquire, as the head
            ulong status = _slab.Status(at.Slot);
            if (IsEarlyDropVictim(status) && KillHere(ref cpu, new EntryReference(at, status)))
            {
                return 1;
            }

            seen++;
        }

        return 0;
    }

    private static bool IsEarlyDropVictim(ulong status) =>
        (status & (EntryStatus.Confirmed | EntryStatus.Assured | EntryStatus.Dying)) == EntryStatus.Confirmed;

    public static uint InitialTimeout(IPProtocol protocol) => Timeouts.Initial(protocol);

    /// <summary>Removes both nodes of an entry that the caller alone has marked DYING, and frees its slot.</summary>
    private void RemoveConfirmed(ref CpuState cpu, Slot slot)
    {
        const ulong Removed = EntryStatus.Confirmed | EntryStatus.Dying;
        Debug.Assert((_slab.Original(slot)->Status & Removed) == Removed, "only an entry that was confirmed and killed is removed");
        TupleHash originalHash = _chains.Hash(in _slab.Original(slot)->Tuple);
        TupleHash replyHash = _chains.Hash(in _slab.Reply(slot)->Tuple);
        TDesign.Remove(_chains, slot, originalHash, replyHash);
        FreeEntry(ref cpu, slot);
    }
}
