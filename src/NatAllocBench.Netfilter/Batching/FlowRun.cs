using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Batching;

/// <summary>Prepared flows, at most a block, as the pass goes through them. In working memory of one CPU.</summary>
/// <typeparam name="TAddress">The address family.</typeparam>
internal unsafe struct FlowRun<TAddress>
    where TAddress : unmanaged, IAddress<TAddress>
{
    /// <summary>Hashes and buckets.</summary>
    public FlowBlock* Block;

    /// <summary>Block whose heads are fetched meanwhile; this one if none follows.</summary>
    public FlowBlock* Next;

    /// <summary>ORIGINAL tuples.</summary>
    public ConntrackTuple<TAddress>* Originals;

    /// <summary>REPLY tuples with the NAT address and the flow's own key.</summary>
    public ConntrackTuple<TAddress>* Replies;

    /// <summary>Heads of the chains that the buckets belong to.</summary>
    public Link* Heads;

    /// <summary>How many heads there are.</summary>
    public uint Buckets;

    /// <summary>Number of flows.</summary>
    public int Count;

    /// <summary>Bit i: the plan covers flow i.</summary>
    public uint Covered;

    /// <summary>Whether <see cref="FlowBlock.Prefix"/> is filled.</summary>
    public bool HasPrefixes;

    /// <summary>Whether so many chains have nodes that fetching them pays.</summary>
    public bool FetchesNodes;

    /// <summary>See <see cref="Prefetch.IsForWriting"/>.</summary>
    public bool IsForWriting;

    /// <summary>The part with which a rehearsal ends.</summary>
    public ConnectPart Last;

    /// <summary>The candidate at which a search that went on ended.</summary>
    public FoundCandidate Found;

    /// <summary>Connections inserted so far.</summary>
    public int Inserted;

    /// <summary>Whether the last flow searched for its port: the next ones are expected to do the same.</summary>
    public bool Searched;
}

/// <summary>A candidate of a search.</summary>
internal unsafe struct FoundCandidate
{
    /// <summary>Keys of the REPLY tuple.</summary>
    public ulong Keys;

    /// <summary>Hash of the REPLY tuple.</summary>
    public TupleHash Hash;

    /// <summary>Head of its chain as it was when the chain was walked.</summary>
    public Link Seen;

    /// <summary>Where that head is.</summary>
    public Link* Head;
}
