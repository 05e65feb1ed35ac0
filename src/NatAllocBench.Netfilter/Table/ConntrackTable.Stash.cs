using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <content>
/// Hashes that designs with <see cref="ITableDesign.ReusesHashes"/> keep from the port search to confirm. They stand in the links of
/// the unconfirmed entry, which nobody follows yet: the ORIGINAL node's link says which hashes are there, the REPLY node's link
/// holds that of the REPLY tuple, the by-source link that of the source.
/// </content>
public sealed unsafe partial class ConntrackTable<TAddress, TEra, TDesign>
{
    private const uint HasReplyHash = 1;
    private const uint HasSourceHash = 2;

    /// <summary>Keeps the hash of the REPLY tuple that the entry is about to get.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void StashReplyHash(uint slot, uint hash)
    {
        SetNext((slot << 1) | 1, hash);
        SetNext(slot << 1, Original(slot)->Next | HasReplyHash);
    }

    /// <summary>Forgets the hash of the REPLY tuple: the entry is about to get one that was not hashed.</summary>
    internal void ForgetReplyHash(uint slot) => SetNext(slot << 1, Original(slot)->Next & ~HasReplyHash);

    /// <summary>
    /// The by-source hash of the entry's tuple on its way through a hook; kept for the first insertion, which goes by the source of
    /// ORIGINAL: an ICMP id that DNAT has changed makes it another one.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal uint HashSource(uint slot, in ConntrackTuple<TAddress> tuple)
    {
        if (TDesign.ReusesHashes
            && (Original(slot)->Next & HasSourceHash) != 0 && (Original(slot)->Status & EntryStatus.SourceNatDone) == 0
            && (!tuple.IsIcmp || HasSource(slot, in tuple)))
        {
            return Reply(slot)->BySourceNext;
        }

        uint hash = BySourceHash(in tuple);
        if (TDesign.ReusesHashes && (Original(slot)->Status & EntryStatus.SourceNatDone) == 0 && HasSource(slot, in tuple))
        {
            SetBySourceNext(slot, hash);
            SetNext(slot << 1, Original(slot)->Next | HasSourceHash);
        }

        return hash;
    }

    /// <summary>Keeps the by-source hash of a new entry's ORIGINAL tuple, before any hook.</summary>
    internal void StashSourceHash(uint slot, uint hash)
    {
        SetBySourceNext(slot, hash);
        SetNext(slot << 1, Original(slot)->Next | HasSourceHash);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint StashedSourceHash(uint slot) => TDesign.ReusesHashes && (Original(slot)->Next & HasSourceHash) != 0
        ? Reply(slot)->BySourceNext
        : BySourceHash(in Original(slot)->Tuple);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint StashedReplyHash(uint slot) => TDesign.ReusesHashes && (Original(slot)->Next & HasReplyHash) != 0
        ? Reply(slot)->Next
        : Hash(in Reply(slot)->Tuple);
}
