namespace NatAllocBench.Netfilter.Table;

/// <summary>What confirm did with a connection (<c>__nf_conntrack_confirm</c>).</summary>
public enum ConfirmResult
{
    /// <summary>Both directions are in the table.</summary>
    Inserted,

    /// <summary>UDP clash, inserted in reply direction for one second (5.6 and later). Accepted.</summary>
    InsertedReplyOnly,

    /// <summary>UDP clash, the packet goes on with the resident entry. Accepted; the slot is free again.</summary>
    Merged,

    /// <summary>A tuple of the connection is in the table: <c>insert_failed</c>, dropped; the slot is free again.</summary>
    Clash,

    /// <summary>One of the two chains is too long (5.15 and later): <c>insert_failed</c>, dropped; the slot is free again.</summary>
    ChainTooLong,

    /// <summary>The entry was being removed and is dropped (4.0 and later), or accepted without insertion (up to 3.15).</summary>
    Dying,

    /// <summary>The entry was confirmed before.</summary>
    AlreadyConfirmed,
}
