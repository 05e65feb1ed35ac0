using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// The hashes that a new connection is likely to ask for: of its ORIGINAL tuple, of its source, and of two REPLY tuples that its search is
/// expected to probe. Each is found by the exact tuple it belongs to: a guess that turns out wrong costs the time of a hash, and nothing
/// else depends on it.
/// </summary>
internal struct HashMemo<TAddress>
    where TAddress : unmanaged, IAddress<TAddress>
{
    public ConntrackTuple<TAddress> Reply;

    /// <summary>Keys of the second REPLY tuple; its addresses are those of the first.</summary>
    public ulong OtherKeys;

    public TupleHash OriginalHash;
    public SourceHash SourceHash;
    public TupleHash ReplyHash;
    public TupleHash OtherHash;

    /// <summary>The hash of exactly this REPLY tuple, if it was computed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryGet(in ConntrackTuple<TAddress> reply, out TupleHash hash)
    {
        bool first = reply.Keys == Reply.Keys;
        hash = first ? ReplyHash : OtherHash;
        return (first || reply.Keys == OtherKeys) && reply.HasAddressesOf(in Reply);
    }
}
