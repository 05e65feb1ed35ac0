using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Batching;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Nat;

/// <summary>
/// The probe of one allocation (<c>nf_nat_used_tuple</c>): is the reply that a mapping would have in the table? Lock-free
/// designs hash only the port of a candidate, and keep the hash of the accepted one for confirm.
/// </summary>
internal unsafe struct ReplyProbe<TAddress, TEra, TDesign>
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private ConntrackTable<TAddress, TEra, TDesign> _table;
    private Slot _self;
    private HashMemo<TAddress>* _ahead;
    private bool _reserves;
    private TupleHash _hash;
    private bool _accepted;
    private bool _hasPrefix;
    private bool _isSourceSearch;
    private TupleHashPrefix<TAddress, TEra> _prefix;

    /// <summary>
    /// A probe on behalf of an unconfirmed entry, made where it stays: a copy of what a constructor wrote would load wider than it was
    /// stored.
    /// </summary>
    /// <param name="probe">Receives it.</param>
    /// <param name="reserves">Design reserve: whether the tuple is final, so that the accepted candidate is reserved.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Begin(
        out ReplyProbe<TAddress, TEra, TDesign> probe,
        ConntrackTable<TAddress, TEra, TDesign> table,
        in PendingEntry<TAddress> entry,
        bool reserves)
    {
        Unsafe.SkipInit(out probe);
        probe._reserves = reserves;
        probe._table = table;
        probe._self = entry.Slot;
        probe._ahead = entry.Ahead;
        probe._hasPrefix = false;
        probe._isSourceSearch = false;
        probe._accepted = false;
    }

    /// <summary>Design reserve: whether the last candidate is the connection's own by now, whatever others search.</summary>
    public readonly bool HasReserved => Reservations<TAddress, TEra, TDesign>.Has(_table.Slab, _self);

    /// <summary>From here on candidates differ in the key that <paramref name="manip"/> rewrites, and in nothing else.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void FixAllButPort(ManipType manip) => _isSourceSearch = manip == ManipType.Source;

    /// <summary>Whether the reply of a mapping is in use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsUsed(ref CpuState cpu, in ConntrackTuple<TAddress> tuple)
    {
        tuple.InvertTo(out ConntrackTuple<TAddress> reply);
        TupleHash hash = Hash(in reply);
        return Note(ref cpu, in reply, hash, _table.Lookup.IsTaken(ref cpu, in reply, hash, _self));
    }

    /// <summary><see cref="TupleLookup{TAddress, TEra, TDesign}.IsUsedAfterEviction"/>.</summary>
    public bool IsUsedAfterEviction(ref CpuState cpu, in ConntrackTuple<TAddress> tuple)
    {
        tuple.InvertTo(out ConntrackTuple<TAddress> reply);
        TupleHash hash = Hash(in reply);
        return Note(ref cpu, in reply, hash, _table.Lookup.IsUsedAfterEviction(ref cpu, in reply, hash, _self));
    }

    /// <summary><see cref="TupleLookup{TAddress, TEra, TDesign}.IsUsedByOther"/>.</summary>
    public bool IsUsedByOther(ref CpuState cpu, in ConntrackTuple<TAddress> tuple)
    {
        tuple.InvertTo(out ConntrackTuple<TAddress> reply);
        TupleHash hash = Hash(in reply);
        return Note(ref cpu, in reply, hash, _table.Lookup.IsUsedByOther(ref cpu, in tuple, in reply, hash, _self));
    }

    /// <summary>
    /// Design reserve: the last chance of a mapping that was accepted without a probe, or found in use. It costs nothing that others see.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ReserveLate(ref CpuState cpu, in ConntrackTuple<TAddress> mapping)
    {
        if (TDesign.ReservesReply && _reserves && !HasReserved)
        {
            mapping.InvertTo(out ConntrackTuple<TAddress> reply);
            Note(ref cpu, in reply, _table.Hash(in reply), used: false);
        }
    }

    /// <summary>Keeps the hash of the accepted candidate, if the search ended with one, for confirm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void KeepHash(ref PendingEntry<TAddress> entry)
    {
        if (_accepted && (TDesign.IsLockFree || TDesign.ReservesReply))
        {
            entry.KeepReplyHash(_hash);
        }
        else
        {
            entry.ForgetReplyHash();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TupleHash Hash(in ConntrackTuple<TAddress> reply)
    {
        if (!TDesign.IsLockFree)
        {
            return _table.Hash(in reply);
        }

        return _ahead != null && _ahead->TryGet(in reply, out TupleHash hash) ? hash : new TupleHash(HashByPrefix(in reply));
    }

    // A number: a struct that a call returns goes through memory.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint HashByPrefix(in ConntrackTuple<TAddress> reply)
    {
        // Only the last key of the REPLY tuple comes late in the hash: the source port, not an ICMP id, not the port of DNAT.
        if (!TupleHashPrefix<TAddress, TEra>.IsUseful || !_isSourceSearch || reply.IsIcmp)
        {
            return _table.Hash(in reply).Value;
        }

        if (!_hasPrefix)
        {
            _prefix.Start(in _table.Secrets, in reply);
            _hasPrefix = true;
        }

        return _prefix.Finish(reply.DestinationKey).Value;
    }

    // The search ends at the first candidate that is not in use, so the last answer is the one that counts.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Note(ref CpuState cpu, in ConntrackTuple<TAddress> reply, TupleHash hash, bool used)
    {
        if (TDesign.ReservesReply && _reserves && !used)
        {
            used = !_table.Reservations.TryReserve(ref cpu, _self, in reply, hash);
        }

        _hash = hash;
        _accepted = !used;
        return used;
    }
}
