using NatAllocBench.Netfilter.Hashing;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// Where a walk ended: at the chain's end, at a clash, or too far down (the mark bit). One word, so that it stays in a register.
/// </summary>
internal readonly struct ChainScan
{
    /// <summary>A limit that no chain reaches.</summary>
    public const int Unlimited = int.MaxValue - 1;

    private readonly Link _word;

    public ChainScan(Link link, bool tooLong) => _word = tooLong ? link.WithMark : link.WithoutMark;

    public Link Link => _word.WithoutMark;

    public bool TooLong => _word.IsMarked;

    public bool IsClear => _word.IsEnd;
}

/// <summary>What a connection that clashes has of its REPLY tuple.</summary>
internal enum ReplyClaim
{
    /// <summary>Nothing yet.</summary>
    None,

    /// <summary>It is claimed.</summary>
    Held,

    /// <summary>The resident has it.</summary>
    Refused,
}

/// <summary>The buckets of an entry's two tuples in one bucket array.</summary>
internal readonly record struct BucketPair(BucketArray Buckets, uint Original, uint Reply);

/// <summary>Raw hashes of an entry's two tuples.</summary>
internal readonly record struct HashPair(TupleHash Original, TupleHash Reply);
