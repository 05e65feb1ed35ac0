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
            if (chains.Heads[bucket] != ChainLink.End(bucket))
            {
                longest = Math.Max(longest, AuditChain(chains, bucket));
            }
        }

        long bySource = 0;
        BucketArray sources = table.BySourceChains;
        for (uint bucket = 0; bucket < sources.Count; bucket++)
        {
            if (sources.Heads[bucket] != ChainLink.End(bucket))
            {
                bySource += AuditSources(sources, bucket);
            }
        }

        long entries = 0;
        long replyOnly = 0;
        for (uint slot = 0; slot < _seen.Length; slot++)
        {
            if ((_seen[slot] & (Places.Original | Places.Reply)) != 0)
            {
                entries++;
                replyOnly += AuditEntry(slot) ? 1 : 0;
            }
        }

        return new TableAudit(entries, replyOnly, longest, bySource);
    }

    private int AuditChain(BucketArray chains, uint bucket)
    {
        int length = 0;
        uint link = chains.Heads[bucket];
        for (; !ChainLink.IsEnd(link); link = _slab.Node(ChainLink.Value(link))->Next)
        {
            uint at = ChainLink.Value(link);
            Note(at >> 1, (at & 1) == 0 ? Places.Original : Places.Reply, "chain", bucket);
            AuditNode(chains, bucket, at);
            length++;
        }

        RequireOwnEnd(link, "chain", bucket);
        AuditDuplicates(chains.Heads[bucket], bucket);
        return length;
    }

    private void AuditNode(BucketArray chains, uint bucket, uint at)
    {
        ref ConntrackTuple<TAddress> tuple = ref _slab.Node(at)->Tuple;
        uint home = ReciprocalScale.Scale(table.Hash(in tuple), chains.Count);
        if (home != bucket)
        {
            throw new TableCorruptException($"{tuple} is in chain {bucket} instead of {home}");
        }

        if (ChainLink.IsMarked(_slab.Node(at)->Next))
        {
            throw new TableCorruptException($"{tuple} is linked in chain {bucket} but marked as removed");
        }

        ulong status = _slab.Original(at >> 1)->Status;
        if ((status & (EntryStatus.Confirmed | EntryStatus.Dying)) != EntryStatus.Confirmed)
        {
            throw new TableCorruptException($"{tuple} is linked in chain {bucket} but not confirmed");
        }
    }

    /// <summary>The chain is known to end.</summary>
    private void AuditDuplicates(uint link, uint bucket)
    {
        for (; !ChainLink.IsEnd(link); link = _slab.Node(ChainLink.Value(link))->Next)
        {
            uint at = ChainLink.Value(link);
            ref ConntrackTuple<TAddress> tuple = ref _slab.Node(at)->Tuple;
            uint other = _slab.Node(at)->Next;
            for (; !ChainLink.IsEnd(other); other = _slab.Node(ChainLink.Value(other))->Next)
            {
                uint second = ChainLink.Value(other);
                if (ConntrackTuple<TAddress>.AreEqual(in _slab.Node(second)->Tuple, in tuple))
                {
                    throw new TableCorruptException($"{tuple} is in chain {bucket} twice: slots {at >> 1} and {second >> 1}");
                }
            }
        }
    }

    private long AuditSources(BucketArray sources, uint bucket)
    {
        long count = 0;
        uint link = sources.Heads[bucket];
        for (; !ChainLink.IsEnd(link); link = _slab.Reply(ChainLink.Value(link))->BySourceNext)
        {
            uint slot = ChainLink.Value(link);
            Note(slot, Places.BySource, "by-source chain", bucket);
            ref ConntrackTuple<TAddress> original = ref _slab.Original(slot)->Tuple;
            uint home = ReciprocalScale.Scale(table.BySourceHash(in original), sources.Count);
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
    private bool AuditEntry(uint slot)
    {
        ulong status = _slab.Original(slot)->Status;
        bool replyOnly = (status & EntryStatus.NatClash) != 0;
        Places nodes = replyOnly ? Places.Reply : Places.Original | Places.Reply;
        Places bySource = (status & EntryStatus.SourceNatDone) != 0 ? Places.BySource : Places.None;
        if (_seen[slot] != (nodes | bySource))
        {
            throw new TableCorruptException(
                $"{_slab.Original(slot)->Tuple} (slot {slot}) is linked as {_seen[slot]} instead of {nodes | bySource}");
        }

        return replyOnly;
    }

    private void Note(uint slot, Places place, string chain, uint bucket)
    {
        if (slot >= _seen.Length)
        {
            throw new TableCorruptException($"{chain} {bucket} links slot {slot} of {_seen.Length}");
        }

        if ((_seen[slot] & place) != 0)
        {
            throw new TableCorruptException($"slot {slot} is linked twice as {place}, the second time in {chain} {bucket}");
        }

        _seen[slot] |= place;
    }

    private static void RequireOwnEnd(uint link, string chain, uint bucket)
    {
        if (ChainLink.Value(link) != bucket)
        {
            throw new TableCorruptException($"{chain} {bucket} ends with the marker of chain {ChainLink.Value(link)}");
        }
    }
}
