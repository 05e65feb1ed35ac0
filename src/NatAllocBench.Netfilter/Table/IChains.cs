namespace NatAllocBench.Netfilter.Table;

/// <summary>How an entry's two nodes enter and leave their chains: under the era's locks, or without locks.</summary>
internal interface IChains
{
    /// <summary>Inserts both nodes of an unconfirmed entry and makes it visible, or asks what becomes of it and frees it.</summary>
    /// <typeparam name="TRefusal">Says what becomes of an entry that cannot be inserted.</typeparam>
    ConfirmResult Insert<TRefusal>(ref CpuState cpu, uint slot, uint originalHash, uint replyHash, int limit, TRefusal refusal)
        where TRefusal : struct, IRefusal;

    /// <summary>Links the REPLY node alone, if no resident has its tuple.</summary>
    ChainScan LinkReplyOnly(uint slot, in BucketPair pair, ReplyClaim reply);

    /// <summary>Takes both nodes of an entry out that the caller alone has marked DYING.</summary>
    void Remove(uint slot, uint originalHash, uint replyHash);
}

/// <summary>What becomes of an entry that met a resident or too long a chain.</summary>
internal interface IRefusal
{
    /// <summary>Asked while the locks or claims are held.</summary>
    ConfirmResult Refuse(ref CpuState cpu, uint slot, ChainScan scan, in BucketPair pair, ReplyClaim reply);

    /// <summary>Frees an entry that is in no chain of the table; called after the locks and claims are given up.</summary>
    void Free(ref CpuState cpu, uint slot);
}
