using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// The by-source table (<c>nf_nat_bysource</c>): every connection that went through a source NAT hook, by the source of its ORIGINAL
/// tuple, newest first. It is filled before confirm and emptied when the entry is freed, so a mapping can be found that is not, or
/// never will be, in the table. Reads take no lock. Deviates: 4.9 to 4.13 kept a resizable table here; its order and its rule of
/// looking at one element only (4.9 to 4.12) are reproduced, its growth is not.
/// </summary>
internal sealed unsafe class BySourceTable<TAddress, TEra, TDesign> : IDisposable
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private readonly BucketArray _sources;
    private readonly uint* _heads;
    private readonly uint _count;
    private readonly EntrySlab<TAddress, TDesign> _slab;
    private readonly SharedWords _words;
    private readonly HashSecrets _secrets;
    private readonly BySourceHash _hash;
    private readonly bool _firstOnly;

    public BySourceTable(EntrySlab<TAddress, TDesign> slab, SharedWords words, in HashSecrets secrets, EraTraits traits, uint buckets)
    {
        _slab = slab;
        _words = words;
        _secrets = secrets;
        _hash = traits.BySourceHash;
        _firstOnly = traits.BySourceFirstOnly;
        _sources = new BucketArray(buckets);
        _heads = _sources.Heads;
        _count = _sources.Count;
    }

    public BucketArray Chains => _sources;

    public void Dispose() => _sources.Dispose();

    /// <summary>The raw by-source hash of a tuple.</summary>
    public uint Hash(in ConntrackTuple<TAddress> tuple) => BySourceHasher.Hash(_hash, in _secrets, in tuple, tuple.Zone);

    /// <summary>Fetches the head of a source's chain.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void FetchHead(uint hash) => Prefetch.Read(_heads + ReciprocalScale.Scale(hash, _count));

    /// <summary>
    /// The mapping that another connection of the same socket has (<c>find_appropriate_src</c>): same source, key, protocol and zone,
    /// and a translated source inside <paramref name="range"/>. Lock-free.
    /// </summary>
    /// <param name="original">The tuple that needs a mapping.</param>
    /// <param name="range">The rule.</param>
    /// <param name="mapped">The tuple with the source of that mapping; undefined if there is none.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFind(
        in ConntrackTuple<TAddress> original, uint hash, in NatRange<TAddress> range, out ConntrackTuple<TAddress> mapped)
    {
        uint bucket = ReciprocalScale.Scale(hash, _count);

        // An empty answer reads nothing after the head, so it pairs with nothing: this table is never resized, and WalkSources begins
        // again.
        if (ChainLink.IsEnd(TDesign.Read(ref _heads[bucket])))
        {
            Unsafe.SkipInit(out mapped);
            return false;
        }

        return WalkSources(in original, bucket, in range, out mapped);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool WalkSources(
        in ConntrackTuple<TAddress> original, uint bucket, in NatRange<TAddress> range, out ConntrackTuple<TAddress> mapped)
    {
        while (true)
        {
            // Acquire: pairs with the release in AddBySource (C3 in the lock-free design); the entry's tuples are seen whole. The same
            // holds for every link below.
            uint link = TDesign.Read(ref _heads[bucket]);
            while (!ChainLink.IsEnd(link))
            {
                uint slot = ChainLink.Value(link);
                ulong status = _slab.Status(slot);
                link = TDesign.Read(ref _slab.Reply(slot)->BySourceNext); // acquire, as the head
                if (!_slab.HasSource(slot, in original) || (TDesign.IsLockFree && ChainLink.IsMarked(link)))
                {
                    continue;
                }

                mapped = original;
                ref ConntrackTuple<TAddress> reply = ref _slab.Reply(slot)->Tuple;
                SharedTuple<TAddress, TDesign>.AnnounceAddresses(AccessKind.Read, ref reply);
                mapped.Source = reply.Destination;
                SharedTuple<TAddress, TDesign>.AnnounceKeys(AccessKind.Read, ref reply);
                mapped.SourceKey = original.IsIcmp ? reply.SourceKey : reply.DestinationKey;
                TDesign.LoadFence(); // pairs with FreeSlot: with an unchanged generation, what was read is of one connection
                if (EntryStatus.Generation(_slab.PlainStatus(slot)) == EntryStatus.Generation(status) && range.Contains(in mapped))
                {
                    return true;
                }

                if (_firstOnly)
                {
                    break;
                }
            }

            if (!ChainLink.IsEnd(link) || ChainLink.Value(link) == bucket)
            {
                mapped = default;
                return false;
            }
        }
    }

    /// <summary>Makes a mapping visible to later connections of the same socket.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(uint slot)
    {
        uint bucket = HomeBucket(StashedSourceHash(slot));
        ref uint head = ref _heads[bucket];
        if (TDesign.IsLockFree)
        {
            Link(ref head, slot);
            return;
        }

        ref int guard = ref BySourceLock(bucket);
        TDesign.Lock(ref guard);
        _slab.SetBySourceNext(slot, head);

        // Release: the entry's tuples and link are visible before the entry is. Pairs with the acquire in WalkSources.
        TDesign.Write(ref head, slot);
        TDesign.Unlock(ref guard);
    }

    /// <summary>The bucket that an entry is in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint HomeBucket(uint hash) => TDesign.Keeps(ProtocolStep.OwnSourceBucket)
        ? ReciprocalScale.Scale(hash, _count)
        : (ReciprocalScale.Scale(hash, _count) + 1) % _count;

    public void Remove(uint slot)
    {
        uint bucket = HomeBucket(Hash(in _slab.Original(slot)->Tuple));
        if (TDesign.IsLockFree)
        {
            UnlinkBySource(ref _heads[bucket], slot);
            return;
        }

        ref int guard = ref BySourceLock(bucket);
        TDesign.Lock(ref guard);
        ref uint link = ref _heads[bucket];
        while (link != slot)
        {
            link = ref _slab.Reply(ChainLink.Value(link))->BySourceNext;
        }

        // Release keeps the chain whole for readers; the removed entry keeps its own link, so a reader on it goes on.
        TDesign.Write(ref link, _slab.Reply(slot)->BySourceNext);
        TDesign.Unlock(ref guard);
    }

    /// <summary>
    /// The by-source hash of the entry's tuple on its way through a hook; kept for the first insertion, which goes by the source of
    /// ORIGINAL: an ICMP id that DNAT has changed makes it another one.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint HashSource(uint slot, in ConntrackTuple<TAddress> tuple)
    {
        if (TDesign.IsLockFree
            && (_slab.Original(slot)->Next & HashStash.HasSource) != 0 && (_slab.Original(slot)->Status & EntryStatus.SourceNatDone) == 0
            && (!tuple.IsIcmp || _slab.HasSource(slot, in tuple)))
        {
            return _slab.Reply(slot)->BySourceNext;
        }

        uint hash = Hash(in tuple);
        if (TDesign.IsLockFree && (_slab.Original(slot)->Status & EntryStatus.SourceNatDone) == 0 && _slab.HasSource(slot, in tuple))
        {
            _slab.SetBySourceNext(slot, hash);
            _slab.SetNext(slot << 1, _slab.Original(slot)->Next | HashStash.HasSource);
        }

        return hash;
    }

    /// <summary>Keeps the by-source hash of a new entry's ORIGINAL tuple, before any hook.</summary>
    public void StashSourceHash(uint slot, uint hash)
    {
        _slab.SetBySourceNext(slot, hash);
        _slab.SetNext(slot << 1, _slab.Original(slot)->Next | HashStash.HasSource);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint StashedSourceHash(uint slot) => TDesign.IsLockFree && (_slab.Original(slot)->Next & HashStash.HasSource) != 0
        ? _slab.Reply(slot)->BySourceNext
        : Hash(in _slab.Original(slot)->Tuple);

    /// <summary>Links an entry in front of a chain, whatever its head is by then. Lock-free design only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Link(ref uint head, uint slot)
    {
        uint seen = TDesign.Read(ref head); // C1: a first guess for the compare-and-swap, which orders
        while (true)
        {
            _slab.SetBySourceNext(slot, seen);

            // C3, full fence: the entry's tuples and link are visible before the entry is. Pairs with the acquires of WalkSources. Needs
            // no section: the link written is the present head whatever became of it since.
            uint now = TDesign.CompareExchange(ref head, slot, seen);
            if (now == seen)
            {
                return;
            }

            seen = now;
        }
    }

    private void UnlinkBySource(ref uint head, uint slot)
    {
        ChainLinks<TAddress, TDesign>.Mark(ref _slab.Reply(slot)->BySourceNext);
        ChainLinks<TAddress, TDesign>.UnlinkMarked<ChainLinks<TAddress, TDesign>.SourceLinks>(_slab, ref head, slot);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref int BySourceLock(uint bucket) =>
        ref TEra.GlobalLock ? ref _words.BySourceLock : ref _words.BySourceLockOf(bucket % SharedWords.LockCount);
}
