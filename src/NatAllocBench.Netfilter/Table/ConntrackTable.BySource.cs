using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <content>
/// The by-source table (<c>nf_nat_bysource</c>): every connection that went through a source NAT hook, by the source of its ORIGINAL
/// tuple, newest first. It is filled before confirm and emptied when the entry is freed, so a mapping can be found that is not, or
/// never will be, in the table. Reads take no lock. Deviates: 4.9 to 4.13 kept a resizable table here; its order and its rule of
/// looking at one element only (4.9 to 4.12) are reproduced, its growth is not.
/// </content>
public sealed unsafe partial class ConntrackTable<TAddress, TEra, TDesign>
{
    private readonly BucketArray _bySource;

    /// <summary>The raw by-source hash of a tuple.</summary>
    /// <param name="tuple">An ORIGINAL tuple.</param>
    public uint BySourceHash(in ConntrackTuple<TAddress> tuple) =>
        BySourceHasher.Hash(_traits.BySourceHash, in _secrets, in tuple, tuple.Zone);

    /// <summary>
    /// The mapping that another connection of the same socket has (<c>find_appropriate_src</c>): same source, key, protocol and zone,
    /// and a translated source inside <paramref name="range"/>. Lock-free.
    /// </summary>
    /// <param name="original">The tuple that wants a mapping.</param>
    /// <param name="hash">Its <see cref="BySourceHash"/>.</param>
    /// <param name="range">The rule.</param>
    /// <param name="mapped">The tuple with the source of that mapping; undefined if there is none.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryFindSameSource(
        in ConntrackTuple<TAddress> original, uint hash, in NatRange<TAddress> range, out ConntrackTuple<TAddress> mapped)
    {
        uint bucket = ReciprocalScale.Scale(hash, _bySource.Count);

        // An empty answer reads nothing behind the head, so it pairs with nothing: this table is never resized, and WalkSources begins anew.
        if (ChainLink.IsEnd(TDesign.Read(ref _bySource.Heads[bucket])))
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
            // Acquire: pairs with the release in AddBySource (C3 in the lock-free design); the entry's tuples are seen whole. Likewise for every link below.
            uint link = TDesign.Read(ref _bySource.Heads[bucket]);
            while (!ChainLink.IsEnd(link))
            {
                uint slot = ChainLink.Value(link);
                ulong status = Status(slot);
                link = TDesign.Read(ref Reply(slot)->BySourceNext); // acquire, as the head
                if (!HasSource(slot, in original) || (TDesign.IsLockFree && ChainLink.IsMarked(link)))
                {
                    continue;
                }

                mapped = original;
                ref ConntrackTuple<TAddress> reply = ref Reply(slot)->Tuple;
                SharedTuple<TAddress, TDesign>.AnnounceAddresses(AccessKind.Read, ref reply);
                mapped.Source = reply.Destination;
                SharedTuple<TAddress, TDesign>.AnnounceKeys(AccessKind.Read, ref reply);
                mapped.SourceKey = original.IsIcmp ? reply.SourceKey : reply.DestinationKey;
                TDesign.LoadFence(); // pairs with FreeSlot: with an unchanged generation, what was read is of one connection
                if (EntryStatus.Generation(PlainStatus(slot)) == EntryStatus.Generation(status) && range.Contains(in mapped))
                {
                    return true;
                }

                if (_traits.BySourceFirstOnly)
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
    internal void AddBySource(uint slot)
    {
        uint bucket = HomeBucket(StashedSourceHash(slot));
        ref uint head = ref _bySource.Heads[bucket];
        if (TDesign.IsLockFree)
        {
            LinkBySource(ref head, slot);
            return;
        }

        ref int guard = ref BySourceLock(bucket);
        TDesign.Lock(ref guard);
        SetBySourceNext(slot, head);

        // Release: the entry's tuples and link are visible before the entry is. Pairs with the acquire in WalkSources.
        TDesign.Write(ref head, slot);
        TDesign.Unlock(ref guard);
    }

    /// <summary>The by-source bucket that an entry is in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint HomeBucket(uint hash) => TDesign.Keeps(ProtocolStep.OwnSourceBucket)
        ? ReciprocalScale.Scale(hash, _bySource.Count)
        : (ReciprocalScale.Scale(hash, _bySource.Count) + 1) % _bySource.Count;

    private void RemoveBySource(uint slot)
    {
        uint bucket = HomeBucket(BySourceHash(in Original(slot)->Tuple));
        if (TDesign.IsLockFree)
        {
            UnlinkBySource(ref _bySource.Heads[bucket], slot);
            return;
        }

        ref int guard = ref BySourceLock(bucket);
        TDesign.Lock(ref guard);
        ref uint link = ref _bySource.Heads[bucket];
        while (link != slot)
        {
            link = ref Reply(ChainLink.Value(link))->BySourceNext;
        }

        // Release keeps the chain whole for readers; the removed entry keeps its own link, so a reader on it goes on.
        TDesign.Write(ref link, Reply(slot)->BySourceNext);
        TDesign.Unlock(ref guard);
    }

    private bool HasSource(uint slot, in ConntrackTuple<TAddress> original)
    {
        ref ConntrackTuple<TAddress> other = ref Original(slot)->Tuple;
        SharedTuple<TAddress, TDesign>.AnnounceKeys(AccessKind.Read, ref other);
        bool isSame = other.SourceKey == original.SourceKey && other.Protocol == original.Protocol && other.Zone == original.Zone;
        SharedTuple<TAddress, TDesign>.AnnounceAddresses(AccessKind.Read, ref other);
        return isSame && other.Source.Equals(original.Source);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref int BySourceLock(uint bucket) => ref TEra.GlobalLock
        ? ref *(int*)(_shared.Pointer + SharedLayout.BySourceLock)
        : ref *(int*)(_shared.Pointer + SharedLayout.BySourceLocks + ((bucket % SharedLayout.LockCount) * sizeof(int)));
}
