using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <content>Ends of entries: killed by name, reclaimed when expired, dropped early when the table is full, swept by the collector.</content>
public sealed unsafe partial class ConntrackTable<TAddress, TEra, TDesign>
{
    private const int EarlyDropSteps = 8;

    /// <summary>
    /// Removes an entry (<c>nf_ct_kill</c>) if it is still the one that was found; of several callers one succeeds. In the lock-free design
    /// lock-free, and the entry is gone for all lookups at one moment; under the locks it leaves one chain after the other.
    /// </summary>
    /// <param name="cpu">The calling CPU.</param>
    /// <param name="entry">The entry as a lookup found it.</param>
    /// <returns>Whether this call removed it.</returns>
    public bool Kill(ref CpuState cpu, EntryReference entry)
    {
        Enter(ref cpu);
        bool killed = KillHere(ref cpu, entry);
        Leave(ref cpu);
        return killed;
    }

    private bool KillHere(ref CpuState cpu, EntryReference entry)
    {
        ref ulong word = ref Original(entry.Slot)->Status;

        // Acquire, as in Status.
        ulong status = TDesign.Read(ref word);
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

    /// <summary>Removes every expired entry of the table, as a full pass of <c>gc_worker</c> does.</summary>
    /// <param name="cpu">The calling CPU, with the clock set.</param>
    /// <returns>How many entries went.</returns>
    public long CollectExpired(ref CpuState cpu) => CollectExpired(ref cpu, 0, BucketCount);

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
            Enter(ref cpu);
            BucketArray buckets = CurrentBuckets();
            ReclaimBucket(ref cpu, buckets, (uint)(((ulong)firstBucket + i) % buckets.Count));
            Leave(ref cpu);
        }

        return (long)(cpu.Expired - before);
    }

    /// <summary>Reclaims an entry that was met expired (<c>nf_ct_gc_expired</c>): only if confirmed, still expired, and not dying.</summary>
    private void Reclaim(ref CpuState cpu, uint slot)
    {
        ulong status = Status(slot);
        if ((status & (EntryStatus.Confirmed | EntryStatus.Dying)) == EntryStatus.Confirmed
            && (int)(Deadline(slot) - cpu.Now) <= 0
            && KillHere(ref cpu, new EntryReference(slot << 1, status)))
        {
            cpu.Expired++;
        }
    }

    private void ReclaimChain(ref CpuState cpu, uint hash)
    {
        BucketArray buckets = CurrentBuckets();
        ReclaimBucket(ref cpu, buckets, ReciprocalScale.Scale(hash, buckets.Count));
    }

    private void ReclaimBucket(ref CpuState cpu, BucketArray buckets, uint bucket)
    {
        // Acquire: pairs with the release of LinkNode, here and for every link below.
        uint link = TDesign.Read(ref buckets.Heads[bucket]);
        while (!ChainLink.IsEnd(link))
        {
            uint slot = ChainLink.Value(link) >> 1;
            link = TDesign.Read(ref Node(ChainLink.Value(link))->Next); // acquire, as the head
            if ((int)(Deadline(slot) - cpu.Now) <= 0)
            {
                Reclaim(ref cpu, slot);
            }
        }
    }

    /// <summary>
    /// Makes room for one entry (<c>early_drop</c>) near the bucket of <paramref name="hash"/>. Expired entries on the way are reclaimed;
    /// they make the walk no success and are not counted, so this packet is dropped all the same and the next one finds room.
    /// </summary>
    private bool EarlyDropOne(ref CpuState cpu, uint hash)
    {
        Enter(ref cpu);
        bool dropped = EarlyDropHere(ref cpu, hash);
        Leave(ref cpu);
        return dropped;
    }

    private bool EarlyDropHere(ref CpuState cpu, uint hash)
    {
        BucketArray buckets = CurrentBuckets();
        uint bucket = ReciprocalScale.Scale(hash, buckets.Count);
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
                ? ReciprocalScale.Scale(hash + (uint)step + 1, buckets.Count)
                : (bucket + 1) % buckets.Count;
        }

        return false;
    }

    private uint DropAll(ref CpuState cpu, BucketArray buckets, uint bucket)
    {
        uint dropped = 0;

        // Acquire: pairs with the release of LinkNode, here and for every link below.
        uint link = TDesign.Read(ref buckets.Heads[bucket]);
        while (!ChainLink.IsEnd(link))
        {
            uint at = ChainLink.Value(link);
            link = TDesign.Read(ref Node(at)->Next); // acquire, as the head
            ulong status = Status(at >> 1);
            if (_traits.EarlyDropSparesOffloaded && (status & EntryStatus.Offload) != 0)
            {
                continue; // before it is asked whether it has expired
            }

            if ((int)(Original(at >> 1)->Deadline - cpu.Now) <= 0)
            {
                Reclaim(ref cpu, at >> 1);
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
        uint link = TDesign.Read(ref buckets.Heads[bucket]);
        while (!ChainLink.IsEnd(link))
        {
            uint at = ChainLink.Value(link);
            link = TDesign.Read(ref Node(at)->Next); // acquire, as the head
            ulong status = Status(at >> 1);
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
        uint link = TDesign.Read(ref buckets.Heads[bucket]);
        while (!ChainLink.IsEnd(link) && seen < EarlyDropSteps)
        {
            uint at = ChainLink.Value(link);
            link = TDesign.Read(ref Node(at)->Next); // acquire, as the head
            ulong status = Status(at >> 1);
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

    private static uint InitialTimeout(IPProtocol protocol) => 1000 * (uint)(protocol switch
    {
        IPProtocol.Tcp => Timeouts.Tcp(TcpState.SynSent),
        IPProtocol.Udp or IPProtocol.UdpLite => Timeouts.UdpUnreplied,
        IPProtocol.Icmp or IPProtocol.IcmpV6 => Timeouts.Icmp,
        IPProtocol.Gre => Timeouts.GreUnreplied,
        _ => Timeouts.Generic,
    });
}
