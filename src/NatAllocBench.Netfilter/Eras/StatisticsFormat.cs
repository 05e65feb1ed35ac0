namespace NatAllocBench.Netfilter.Eras;

/// <summary>The generations of <c>/proc/net/stat/nf_conntrack</c>, named after the first release of each.</summary>
public enum StatisticsFormat
{
    /// <summary>2.6.32..2.6.34: 16 columns, no search_restart.</summary>
    V2_6_32,

    /// <summary>2.6.35..4.8: 17 columns, all counters maintained.</summary>
    V2_6_35,

    /// <summary>4.9..5.9: searched, new, delete and delete_list are always 0.</summary>
    V4_9,

    /// <summary>5.10..5.14: clashres in the place of searched, ignore always 0.</summary>
    V5_10,

    /// <summary>5.15 and later: chainlength in the place of delete_list.</summary>
    V5_15,
}
