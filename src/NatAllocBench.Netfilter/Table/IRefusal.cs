namespace NatAllocBench.Netfilter.Table;

/// <summary>What becomes of an entry that met a resident or too long a chain.</summary>
internal interface IRefusal
{
    /// <summary>Asked while the locks or claims are held.</summary>
    ConfirmResult Refuse(ref CpuState cpu, Slot slot, ChainScan scan, in BucketPair pair, ReplyClaim reply);

    /// <summary>Frees an entry that is in no chain of the table; called after the locks and claims are given up.</summary>
    void Free(ref CpuState cpu, Slot slot);
}
