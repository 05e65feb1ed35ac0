using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// One audit of a table at rest; <see cref="TableInspection.Audit{TAddress, TEra, TDesign}"/> says what is checked. It notes for every
/// slot which of its three places in chains it has seen, so that two half-linked entries cannot make up for each other.
/// </summary>
/// <param name="table">The table; nobody may work on it meanwhile.</param>
internal sealed unsafe class TableAuditor<TAddress, TEra, TDesign>(ConntrackTable<TAddress, TEra, TDesign> table)
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private readonly EntrySlab<TAddress, TDesign> _slab = table.Slab;
    private readonly Places[] _seen = new Places[table.Capacity];

    /// <summary>Where a slot was met.</summary>
    [Flags]
    private enum Places : byte
    {
        None = 0,
        Original = 1,
        Reply = 2,
        BySource = 4,
    }

    /// <summary>Checks everything and counts.</summary>
    /// <exception cref="TableCorruptException">Something does not hold.</exception>
    public TableAudit Run()
    {
        int longest = 0;
        BucketArray chains = table.TupleChains;
        for (uint bucket = 0; bucket < chains.Count; bucket++)
        {
            // Its own end marker at the head is all that there is to an empty chain.
            if (chains.Heads[bucket] != Link.End(bucket))
            {
                longest = Math.Max(longest, AuditChain(chains, bucket));
            }
        }

        long bySource = 0;
        BucketArray sources = table.BySourceChains;
        for (uint bucket = 0; bucket < sources.Count; bucket++)
        {
            if (sources.Heads[bucket] != Link.End(bucket))
            {
                bySource += AuditSources(sources, bucket);
            }
        }

        long entries = 0;
        long replyOnly = 0;
        for (uint number = 0; number < _seen.Length; number++)
        {
            if ((_seen[number] & (Places.Original | Places.Reply)) != 0)
            {
                entries++;
                replyOnly += AuditEntry(new Slot(number)) ? 1 : 0;
            }
        }

        return new TableAudit(entries, replyOnly, longest, bySource);
    }

    private int AuditChain(BucketArray chains, uint bucket)
    {
        int length = 0;
        Link link = chains.Heads[bucket];
        for (; !link.IsEnd; link = _slab.Node(link.Target)->Next)
        {
            Link at = link.Target;
            Note(at.Slot, !at.IsReply ? Places.Original : Places.Reply, "chain", bucket);
            AuditNode(chains, bucket, at);
            length++;
        }

        RequireOwnEnd(link, "chain", bucket);
        AuditDuplicates(chains.Heads[bucket], bucket);
        return length;
    }

    private void AuditNode(BucketArray chains, uint bucket, Link at)
    {
        ref ConntrackTuple<TAddress> tuple = ref _slab.Node(at)->Tuple;
        uint home = table.Hash(in tuple).Bucket(chains.Count);
        if (home != bucket)
        {
            throw new TableCorruptException($"{tuple} is in chain {bucket} instead of {home}");
        }

        if (_slab.Node(at)->Next.IsMarked)
        {
            throw new TableCorruptException($"{tuple} is linked in chain {bucket} but marked as removed");
        }

        ulong status = _slab.Original(at.Slot)->Status;
        if ((status & (EntryStatus.Confirmed | EntryStatus.Dying)) != EntryStatus.Confirmed)
        {
            throw new TableCorruptException($"{tuple} is linked in chain {bucket} but not confirmed");
        }
    }

    /// <summary>The chain is known to end.</summary>
    private void AuditDuplicates(Link link, uint bucket)
    {
        for (; !link.IsEnd; link = _slab.Node(link.Target)->Next)
        {
            Link at = link.Target;
            ref ConntrackTuple<TAddress> tuple = ref _slab.Node(at)->Tuple;
            Link other = _slab.Node(at)->Next;
            for (; !other.IsEnd; other = _slab.Node(other.Target)->Next)
            {
                Link second = other.Target;
                if (ConntrackTuple<TAddress>.AreEqual(in _slab.Node(second)->Tuple, in tuple))
                {
                    throw new TableCorruptException($"{tuple} is in chain {bucket} twice: slots {at.Slot} and {second.Slot}");
                }
            }
        }
    }

    private long AuditSources(BucketArray sources, uint bucket)
    {
        long count = 0;
        Link link = sources.Heads[bucket];
        for (; !link.IsEnd; link = _slab.Reply(link.Target.Slot)->BySourceNext)
        {
            Slot slot = link.Target.Slot;
            Note(slot, Places.BySource, "by-source chain", bucket);
            ref ConntrackTuple<TAddress> original = ref _slab.Original(slot)->Tuple;
            uint home = table.BySourceHash(in original).Bucket(sources.Count);
            if (home != bucket)
            {
                throw new TableCorruptException($"{original} is in by-source chain {bucket} instead of {home}");
            }

            if ((_slab.Original(slot)->Status & EntryStatus.SourceNatDone) == 0)
            {
                throw new TableCorruptException(
                    $"slot {slot} is in by-source chain {bucket} but is free or went through no source NAT hook");
            }

            count++;
        }

        RequireOwnEnd(link, "by-source chain", bucket);
        return count;
    }

    /// <summary>Checks the places of a confirmed entry; returns whether it is a reply-only one.</summary>
    private bool AuditEntry(Slot slot)
    {
        ulong status = _slab.Original(slot)->Status;
        bool replyOnly = (status & EntryStatus.NatClash) != 0;
        Places nodes = replyOnly ? Places.Reply : Places.Original | Places.Reply;
        Places bySource = (status & EntryStatus.SourceNatDone) != 0 ? Places.BySource : Places.None;
        if (_seen[slot.Number] != (nodes | bySource))
        {
            throw new TableCorruptException(
                $"{_slab.Original(slot)->Tuple} (slot {slot}) is linked as {_seen[slot.Number]} instead of {nodes | bySource}");
        }

        return replyOnly;
    }

    private void Note(Slot slot, Places place, string chain, uint bucket)
    {
        if (slot.Number >= _seen.Length)
        {
            throw new TableCorruptException($"{chain} {bucket} links slot {slot} of {_seen.Length}");
        }

        if ((_seen[slot.Number] & place) != 0)
        {
            throw new TableCorruptException($"slot {slot} is linked twice as {place}, the second time in {chain} {bucket}");
        }

        _seen[slot.Number] |= place;
    }

    private static void RequireOwnEnd(Link link, string chain, uint bucket)
    {
        if (link.Bucket != bucket)
        {
            throw new TableCorruptException($"{chain} {bucket} ends with the marker of chain {link.Bucket}");
        }
    }
}
