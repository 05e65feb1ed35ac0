using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// A new connection on its way from <see cref="ConntrackTable{TAddress, TEra, TDesign}.Create"/> to
/// <see cref="ConntrackTable{TAddress, TEra, TDesign}.Confirm"/>: its slot, and the hashes that were computed so far. The CPU that made the
/// entry has it for itself.
/// </summary>
public unsafe struct PendingEntry<TAddress>
    where TAddress : unmanaged, IAddress<TAddress>
{
    private HashMemo<TAddress>* _ahead;
    private TupleHash _replyHash;
    private SourceHash _sourceHash;
    private bool _hasReplyHash;
    private bool _hasSourceHash;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal PendingEntry(Slot slot, TupleHash originalHash)
    {
        Unsafe.SkipInit(out this); // hashes that nobody reads before they are kept
        _ahead = null;
        _hasReplyHash = false;
        _hasSourceHash = false;
        Slot = slot;
        OriginalHash = originalHash;
    }

    /// <summary>No entry.</summary>
    public static PendingEntry<TAddress> None
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Slot.None, default);
    }

    /// <summary>Slot of the entry, or <see cref="Slot.None"/>.</summary>
    public Slot Slot { get; }

    /// <summary>Whether the table had no room for it.</summary>
    public readonly bool IsNone => Slot.IsNone;

    internal TupleHash OriginalHash { get; }

    /// <summary>Hashes that the port search is expected to ask for, or null.</summary>
    internal readonly HashMemo<TAddress>* Ahead => _ahead;

    /// <summary>Takes hashes that were computed ahead; they stay where they are until the entry has its mapping.</summary>
    internal void UseAhead(HashMemo<TAddress>* ahead)
    {
        _ahead = ahead;
        KeepSourceHash(ahead->SourceHash);
    }

    /// <summary>Keeps the hash of the REPLY tuple that the entry is about to get.</summary>
    internal void KeepReplyHash(TupleHash hash)
    {
        _replyHash = hash;
        _hasReplyHash = true;
    }

    /// <summary>The entry is about to get a REPLY tuple that was not hashed.</summary>
    internal void ForgetReplyHash() => _hasReplyHash = false;

    internal readonly bool TryGetReplyHash(out TupleHash hash)
    {
        hash = _replyHash;
        return _hasReplyHash;
    }

    /// <summary>Keeps the by-source hash of the ORIGINAL tuple.</summary>
    internal void KeepSourceHash(SourceHash hash)
    {
        _sourceHash = hash;
        _hasSourceHash = true;
    }

    internal readonly bool TryGetSourceHash(out SourceHash hash)
    {
        hash = _sourceHash;
        return _hasSourceHash;
    }
}
