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
    private readonly ConntrackTable<TAddress, TEra, TDesign> _table;
    private readonly TupleLookup<TAddress, TEra, TDesign> _lookup;
    private readonly uint _self;
    private readonly bool _reserves;
    private uint _hash;
    private bool _accepted;
    private bool _hasPrefix;
    private bool _wantsPrefix;
    private TupleHashPrefix<TAddress, TEra> _prefix;

    /// <summary>A probe on behalf of an unconfirmed entry.</summary>
    /// <param name="self">The entry.</param>
    /// <param name="reserves">Design reserve: whether the tuple is final, so that the accepted candidate is reserved.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReplyProbe(ConntrackTable<TAddress, TEra, TDesign> table, uint self, bool reserves)
    {
        Unsafe.SkipInit(out this);
        _reserves = reserves;
        _table = table;
        _lookup = table.Lookup;
        _self = self;
        _hasPrefix = false;
        _wantsPrefix = false;
        _accepted = false;
    }

    /// <summary>Design reserve: whether the last candidate is the connection's own by now, whatever others search.</summary>
    public readonly bool HasReserved => TDesign.ReservesReply && _table.Reservations.Has(_self);

    /// <summary>
    /// From here on candidates differ from <paramref name="tuple"/> in the key that <paramref name="manip"/> rewrites, and in nothing else.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void FixAllButPort(in ConntrackTuple<TAddress> tuple, ManipType manip)
    {
        // Only the last key of the REPLY tuple comes late in the hash: the source port, not an ICMP id, not the port of DNAT.
        if (TDesign.IsLockFree && TupleHashPrefix<TAddress, TEra>.IsUseful)
        {
            _wantsPrefix = manip == ManipType.Source && !tuple.IsIcmp; // started when a hash is needed that was not computed ahead
        }
    }

    /// <summary>Whether the reply of a mapping is in use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsUsed(ref CpuState cpu, in ConntrackTuple<TAddress> tuple)
    {
        tuple.InvertTo(out ConntrackTuple<TAddress> reply);
        uint hash = Hash(ref cpu, in reply);
        return Note(ref cpu, in reply, hash, _lookup.IsTaken(ref cpu, in reply, hash, _self));
    }

    /// <summary><see cref="TupleLookup{TAddress, TEra, TDesign}.IsUsedAfterEviction"/>.</summary>
    public bool IsUsedAfterEviction(ref CpuState cpu, in ConntrackTuple<TAddress> tuple)
    {
        tuple.InvertTo(out ConntrackTuple<TAddress> reply);
        uint hash = Hash(ref cpu, in reply);
        return Note(ref cpu, in reply, hash, _lookup.IsUsedAfterEviction(ref cpu, in reply, hash, _self));
    }

    /// <summary><see cref="TupleLookup{TAddress, TEra, TDesign}.IsUsedByOther"/>.</summary>
    public bool IsUsedByOther(ref CpuState cpu, in ConntrackTuple<TAddress> tuple)
    {
        tuple.InvertTo(out ConntrackTuple<TAddress> reply);
        uint hash = Hash(ref cpu, in reply);
        return Note(ref cpu, in reply, hash, _lookup.IsUsedByOther(ref cpu, in tuple, in reply, hash, _self));
    }

    /// <summary>Keeps the hash of the accepted candidate, if the search ended with one, for confirm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Stash()
    {
        if (!TDesign.IsLockFree)
        {
            return;
        }

        if (_accepted)
        {
            HashStash.StashReply(_table.Slab, _self, _hash);
        }
        else
        {
            HashStash.ForgetReply(_table.Slab, _self);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Hash(ref CpuState cpu, in ConntrackTuple<TAddress> reply)
    {
        if (!TDesign.IsLockFree)
        {
            return _table.Hash(in reply);
        }

        return cpu.HashMemo != null && ((HashMemo<TAddress>*)cpu.HashMemo)->TryGet(in reply, out uint hash)
            ? hash
            : HashByPrefix(in reply);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint HashByPrefix(in ConntrackTuple<TAddress> reply)
    {
        if (!_wantsPrefix)
        {
            return _table.Hash(in reply);
        }

        if (!_hasPrefix)
        {
            _prefix.Start(in _table.Secrets, in reply);
            _hasPrefix = true;
        }

        return _prefix.Finish(reply.DestinationKey);
    }

    // The search ends at the first candidate that is not in use, so the last answer is the one that counts.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Note(ref CpuState cpu, in ConntrackTuple<TAddress> reply, uint hash, bool used)
    {
        if (TDesign.ReservesReply && _reserves && !used)
        {
            return !_table.Reservations.TryReserve(ref cpu, _self, in reply, hash);
        }

        if (TDesign.IsLockFree)
        {
            _hash = hash;
            _accepted = !used;
        }

        return used;
    }
}
