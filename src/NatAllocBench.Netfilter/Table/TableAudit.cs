namespace NatAllocBench.Netfilter.Table;

/// <summary>What a walk over a whole table counted.</summary>
/// <param name="Entries">Confirmed entries.</param>
/// <param name="ReplyOnly">Those of them that are linked in reply direction only.</param>
/// <param name="LongestChain">Nodes in the longest chain.</param>
/// <param name="BySource">Entries of the by-source table, unconfirmed ones included.</param>
public readonly record struct TableAudit(long Entries, long ReplyOnly, int LongestChain, long BySource);
