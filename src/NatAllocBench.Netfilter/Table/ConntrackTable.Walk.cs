namespace NatAllocBench.Netfilter.Table;

/// <content>Walks over the whole table. They need a table at rest: the caller has joined its workers.</content>
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
    /// Checks the table, entry by entry. Every chain ends in its own marker and holds each node once; every linked node is of a confirmed
    /// entry that is not dying, is in the chain that its tuple hashes to, and no other node of the chain has its tuple. Every entry has
    /// both nodes linked, or, if it is a reply-only entry, REPLY alone. Every entry that went through a source NAT hook is in the
    /// by-source chain of its ORIGINAL source, once; no other slot is in any. Not checked: timeouts, counters, and that the number of
    /// entries is right, which the caller compares.
    /// </summary>
    /// <returns>What was counted.</returns>
    /// <exception cref="TableCorruptException">Something does not hold; the message says what and where.</exception>
    public TableAudit Audit() => new TableAuditor<TAddress, TEra, TDesign>(this).Run();
}

/// <summary>What a walk over a whole table counted.</summary>
/// <param name="Entries">Confirmed entries.</param>
/// <param name="ReplyOnly">Those of them that are linked in reply direction only.</param>
/// <param name="LongestChain">Nodes in the longest chain.</param>
/// <param name="BySource">Entries of the by-source table, unconfirmed ones included.</param>
public readonly record struct TableAudit(long Entries, long ReplyOnly, int LongestChain, long BySource);
