using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Conntrack;

/// <content>Walks over the whole table. They want a table at rest: the caller has joined its workers.</content>
public sealed unsafe partial class ConntrackTable<TAddress, TEra, TDesign>
{
    /// <summary>Every confirmed entry, in bucket order of its ORIGINAL tuple; reply-only entries in bucket order of their REPLY tuple.</summary>
    /// <param name="visit">Called with slot and status of each entry.</param>
    public void ForEach(Action<uint, ulong> visit)
    {
        BucketArray buckets = CurrentBuckets();
        for (uint bucket = 0; bucket < buckets.Count; bucket++)
        {
            for (uint link = buckets.Heads[bucket]; !ChainLink.IsEnd(link); link = Node(ChainLink.Value(link))->Next)
            {
                uint at = ChainLink.Value(link);
                ulong status = Original(at >> 1)->Status;
                bool replyOnly = (status & EntryStatus.NatClash) != 0;
                if ((status & EntryStatus.Confirmed) != 0 && ((at & 1) == 0 || replyOnly))
                {
                    visit(at >> 1, status);
                }
            }
        }
    }

    /// <summary>
    /// Proves the table: every entry stands once in the chain of each of its tuples and in the by-source chain it belongs to, no two
    /// entries share a tuple, and every chain ends in its own marker.
    /// </summary>
    /// <returns>What was counted.</returns>
    /// <exception cref="TableCorruptException">Something does not hold; the message says what and where.</exception>
    public TableAudit Audit()
    {
        BucketArray buckets = CurrentBuckets();
        long originals = 0;
        long replies = 0;
        long replyOnly = 0;
        int longest = 0;
        for (uint bucket = 0; bucket < buckets.Count; bucket++)
        {
            int length = 0;
            uint link = buckets.Heads[bucket];
            for (; !ChainLink.IsEnd(link); link = Node(ChainLink.Value(link))->Next)
            {
                uint at = ChainLink.Value(link);
                AuditNode(buckets, bucket, at, ++length);
                bool isReply = (at & 1) != 0;
                originals += isReply ? 0 : 1;
                replies += isReply ? 1 : 0;
                replyOnly += isReply && (Original(at >> 1)->Status & EntryStatus.NatClash) != 0 ? 1 : 0;
            }

            if (ChainLink.Value(link) != bucket)
            {
                throw new TableCorruptException($"chain {bucket} ends with the marker of chain {ChainLink.Value(link)}");
            }

            longest = Math.Max(longest, length);
        }

        if (originals + replyOnly != replies)
        {
            throw new TableCorruptException($"{originals} original nodes, {replies} reply nodes, {replyOnly} reply-only entries");
        }

        return new TableAudit(replies, replyOnly, longest, CountBySource());
    }

    private void AuditNode(BucketArray buckets, uint bucket, uint at, int position)
    {
        ref ConntrackTuple<TAddress> tuple = ref Node(at)->Tuple;
        if (position > Capacity * 2)
        {
            throw new TableCorruptException($"chain {bucket} does not end");
        }

        if (ReciprocalScale.Scale(Hash(in tuple), buckets.Count) != bucket)
        {
            throw new TableCorruptException($"{tuple} stands in chain {bucket}, where it does not belong");
        }

        if (ChainLink.IsMarked(Node(at)->Next))
        {
            throw new TableCorruptException($"{tuple} is linked in chain {bucket} but marked as removed");
        }

        if ((Original(at >> 1)->Status & (EntryStatus.Confirmed | EntryStatus.Dying)) != EntryStatus.Confirmed)
        {
            throw new TableCorruptException($"{tuple} is linked in chain {bucket} but not confirmed");
        }

        for (uint other = Node(at)->Next; !ChainLink.IsEnd(other); other = Node(ChainLink.Value(other))->Next)
        {
            uint second = ChainLink.Value(other);
            if (ConntrackTuple<TAddress>.AreEqual(in Node(second)->Tuple, in tuple))
            {
                throw new TableCorruptException($"{tuple} stands twice in chain {bucket}: slots {at >> 1} and {second >> 1}");
            }

            if (++position > Capacity * 2)
            {
                throw new TableCorruptException($"chain {bucket} does not end");
            }
        }
    }

    private long CountBySource()
    {
        long count = 0;
        for (uint bucket = 0; bucket < _bySource.Count; bucket++)
        {
            uint link = _bySource.Heads[bucket];
            for (; !ChainLink.IsEnd(link); link = Reply(ChainLink.Value(link))->BySourceNext)
            {
                if (++count > Capacity)
                {
                    throw new TableCorruptException($"by-source chain {bucket} does not end");
                }
            }

            if (ChainLink.Value(link) != bucket)
            {
                throw new TableCorruptException($"by-source chain {bucket} ends with the marker of chain {ChainLink.Value(link)}");
            }
        }

        return count;
    }
}

/// <summary>What a walk over a whole table counted.</summary>
/// <param name="Entries">Confirmed entries.</param>
/// <param name="ReplyOnly">Those of them that stand in reply direction only.</param>
/// <param name="LongestChain">Nodes in the longest chain.</param>
/// <param name="BySource">Entries of the by-source table, unconfirmed ones included.</param>
public readonly record struct TableAudit(long Entries, long ReplyOnly, int LongestChain, long BySource);
