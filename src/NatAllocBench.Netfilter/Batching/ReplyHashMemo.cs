using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Batching;

/// <summary>
/// Hashes of the two REPLY tuples that a new connection is likely to ask for: with its own port, and with the first candidate of a search.
/// A guess that turns out wrong is not found here, and costs the time of a hash: nothing else depends on it.
/// </summary>
internal struct ReplyHashMemo<TAddress>
    where TAddress : unmanaged, IAddress<TAddress>
{
    public ConntrackTuple<TAddress> Kept;
    public ConntrackTuple<TAddress> Candidate;
    public uint KeptHash;
    public uint CandidateHash;

    /// <summary>The hash of exactly this tuple, if it was computed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryGet(in ConntrackTuple<TAddress> reply, out uint hash)
    {
        if (ConntrackTuple<TAddress>.AreEqual(in Kept, in reply))
        {
            hash = KeptHash;
            return true;
        }

        hash = CandidateHash;
        return ConntrackTuple<TAddress>.AreEqual(in Candidate, in reply);
    }
}
