using System.Runtime.CompilerServices;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Allocators.Race;

/// <summary>
/// A hash table of REPLY tuples with a spin lock per bucket, for every system that keeps flows. The chains are the same for all, so that
/// systems differ by what they ask and hold, not by a table.
/// </summary>
/// <remarks>
/// Every access to a bucket is under its lock, look-ups included. Fresh entries come from a counter on a line of its own; freed ones from a
/// stack under a lock, which is looked at only while it holds some.
/// </remarks>
internal sealed class FlowTable
{
    private const int None = -1;

    private readonly Bucket[] _buckets;
    private readonly Entry[] _entries;
    private readonly uint _mask;
    private readonly int[] _used = new int[2 * CacheLine.Size / sizeof(int)];
    private int _free;
    private int _freeLock;

    public FlowTable(int capacity)
    {
        uint buckets = System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, capacity));
        _mask = buckets - 1;
        _buckets = new Bucket[buckets];
        Array.Fill(_buckets, new Bucket { Head = None });
        _entries = new Entry[capacity];
        _free = None;
    }

    public long Count
    {
        get
        {
            long count = 0;
            foreach (Bucket bucket in _buckets)
            {
                for (int at = bucket.Head; at != None; at = _entries[at].Next)
                {
                    count++;
                }
            }

            return count;
        }
    }

    public bool Contains(in FlowTuple<uint> tuple)
    {
        ref Bucket bucket = ref BucketOf(in tuple);
        Lock(ref bucket.Lock);
        bool found = Find(ref bucket, in tuple) != None;
        Unlock(ref bucket.Lock);
        return found;
    }

    public bool TryInsert(in FlowTuple<uint> tuple)
    {
        ref Bucket bucket = ref BucketOf(in tuple);
        Lock(ref bucket.Lock);
        bool isNew = Find(ref bucket, in tuple) == None;
        if (isNew)
        {
            int entry = Take();
            _entries[entry] = new Entry { Tuple = tuple, Next = bucket.Head };
            bucket.Head = entry;
        }

        Unlock(ref bucket.Lock);
        return isNew;
    }

    public void Remove(in FlowTuple<uint> tuple)
    {
        ref Bucket bucket = ref BucketOf(in tuple);
        Lock(ref bucket.Lock);
        ref int link = ref bucket.Head;
        while (link != None && _entries[link].Tuple != tuple)
        {
            link = ref _entries[link].Next;
        }

        if (link != None)
        {
            int entry = link;
            link = _entries[entry].Next;
            Give(entry);
        }

        Unlock(ref bucket.Lock);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Lock(ref int word)
    {
        // Full fence; pairs with the Volatile.Write of Unlock: the owner sees what the last owner wrote. After some turns the CPU is
        // yielded, as the owner may be waiting for it.
        var spin = default(SpinWait);
        while (Interlocked.CompareExchange(ref word, 1, 0) != 0)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Unlock(ref int word) => Volatile.Write(ref word, 0); // release; pairs with the CompareExchange of Lock

    private int Find(ref Bucket bucket, in FlowTuple<uint> tuple)
    {
        int at = bucket.Head;
        while (at != None && _entries[at].Tuple != tuple)
        {
            at = _entries[at].Next;
        }

        return at;
    }

    private ref Bucket BucketOf(in FlowTuple<uint> tuple)
    {
        ulong low = ((ulong)tuple.Source << 32) | tuple.Destination;
        ulong high = ((ulong)tuple.SourcePort << 24) | ((ulong)tuple.DestinationPort << 8) | tuple.Protocol;
        ulong hash = (low ^ (high * 0x9E3779B97F4A7C15)) * 0xC2B2AE3D27D4EB4F;
        return ref _buckets[(uint)(hash >> 32) & _mask];
    }

    private int Take()
    {
        // A hint; who is wrong takes a fresh entry, or finds the stack empty under its lock.
        if (Volatile.Read(ref _free) != None)
        {
            Lock(ref _freeLock);
            int freed = _free;
            _free = freed == None ? None : _entries[freed].Next;
            Unlock(ref _freeLock);
            if (freed != None)
            {
                return freed;
            }
        }

        // Atomicity alone: a number goes to one thread. The entry is published by the bucket's lock.
        return Interlocked.Increment(ref _used[CacheLine.Size / sizeof(int)]) - 1;
    }

    private void Give(int entry)
    {
        Lock(ref _freeLock);
        _entries[entry].Next = _free;
        _free = entry;
        Unlock(ref _freeLock);
    }

    private struct Bucket
    {
        public int Lock;
        public int Head;
    }

    private struct Entry
    {
        public FlowTuple<uint> Tuple;
        public int Next;
    }
}

/// <summary>A table of flows as a store.</summary>
internal readonly struct FlowStore(FlowTable table) : IPortStore
{
    public long Count => table.Count;

    public bool Contains(in FlowTuple<uint> reply) => table.Contains(in reply);

    public bool TryInsert(in FlowTuple<uint> reply) => table.TryInsert(in reply);

    public bool TryStand(in FlowTuple<uint> reply) => table.TryInsert(in reply);

    public void Remove(in FlowTuple<uint> reply) => table.Remove(in reply);
}
