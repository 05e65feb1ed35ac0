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
    private readonly Link* _heads;
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

    public EntrySlab<TAddress, TDesign> Slab => _slab;

    public void Dispose() => _sources.Dispose();

    /// <summary>The raw by-source hash of a tuple.</summary>
    public SourceHash Hash(in ConntrackTuple<TAddress> tuple) => BySourceHasher.Hash(_hash, in _secrets, in tuple, tuple.Zone);

    /// <summary>Fetches the head of a source's chain.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void FetchHead(SourceHash hash) => Prefetch.Read(_heads + hash.Bucket(_count));

    /// <summary>
    /// The mapping that another connection of the same socket has (<c>find_appropriate_src</c>): same source, key, protocol and zone,
    /// and a translated source inside <paramref name="range"/>. Lock-free.
    /// </summary>
    /// <param name="original">The tuple that needs a mapping.</param>
    /// <param name="range">The rule.</param>
    /// <param name="mapped">The tuple with the source of that mapping; undefined if there is none.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFind(
        in ConntrackTuple<TAddress> original, SourceHash hash, in NatRange<TAddress> range, out ConntrackTuple<TAddress> mapped)
    {
        uint bucket = hash.Bucket(_count);

        // Acquire: pairs with the release in AddBySource (C3 in the lock-free design); the entry's tuples are seen whole. The same holds
        // for every link of WalkSources. An empty answer pairs with nothing: this table is never resized.
        Link link = TDesign.Read(ref _heads[bucket]);
        if (link.IsEnd)
        {
            Unsafe.SkipInit(out mapped);
            return false;
        }

        return WalkSources(in original, bucket, link, in range, out mapped);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool WalkSources(
        in ConntrackTuple<TAddress> original, uint bucket, Link link, in NatRange<TAddress> range, out ConntrackTuple<TAddress> mapped)
    {
        while (true)
        {
            while (!link.IsEnd)
            {
                Slot slot = link.Target.Slot;
                uint generation = _slab.Generation(slot);
                link = TDesign.Read(ref _slab.Reply(slot)->BySourceNext); // acquire, as the head
                if (!_slab.HasSource(slot, in original) || link.IsMarked)
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
                if (_slab.PlainGeneration(slot) == generation && range.Contains(in mapped))
                {
                    return true;
                }

                if (_firstOnly)
                {
                    break;
                }
            }

            if (!link.IsEnd || link.Bucket == bucket)
            {
                mapped = default;
                return false;
            }

            link = TDesign.Read(ref _heads[bucket]); // acquire, as in TryFind: the walk was led into another chain
        }
    }

    /// <summary>Makes a mapping visible to later connections of the same socket.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in PendingEntry<TAddress> entry)
    {
        SourceHash hash = entry.TryGetSourceHash(out SourceHash known) ? known : Hash(in _slab.Original(entry.Slot)->Tuple);
        TDesign.LinkSource(this, HomeBucket(hash), entry.Slot);
    }

    /// <summary>The bucket that an entry is in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint HomeBucket(SourceHash hash) => TDesign.Keeps(ProtocolStep.OwnSourceBucket)
        ? hash.Bucket(_count)
        : (hash.Bucket(_count) + 1) % _count;

    public void Remove(Slot slot) => TDesign.UnlinkSource(this, HomeBucket(Hash(in _slab.Original(slot)->Tuple)), slot);

    /// <summary>
    /// The by-source hash of the entry's tuple on its way through a hook; kept for the first insertion, which goes by the source of
    /// ORIGINAL: an ICMP id that DNAT has changed makes it another one.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SourceHash HashSource(ref PendingEntry<TAddress> entry, in ConntrackTuple<TAddress> tuple)
    {
        if (!TDesign.IsLockFree)
        {
            return Hash(in tuple);
        }

        if (entry.TryGetSourceHash(out SourceHash hash) && (!tuple.IsIcmp || _slab.HasSource(entry.Slot, in tuple)))
        {
            return hash;
        }

        hash = Hash(in tuple);
        if (_slab.HasSource(entry.Slot, in tuple))
        {
            entry.KeepSourceHash(hash);
        }

        return hash;
    }

    /// <summary>The lock of a bucket: one for all of them up to 4.8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref int Lock(uint bucket) =>
        ref TEra.GlobalLock ? ref _words.BySourceLock : ref _words.BySourceLockOf(bucket % SharedWords.LockCount);
}
