using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Netfilter.Batching;

/// <summary>
/// The least that a connection costs on a machine: four hashes in sixteen lanes, three compare-and-swaps on heads that were fetched, one
/// entry of 64 bytes. It looks nothing up, searches for nothing and refuses nothing, so it is no table; what it linked can be counted.
/// </summary>
public sealed unsafe class ConnectionFloor : IDisposable
{
    private const int Width = FlowBlock.Width;
    private const int EntryWords = 8;
    private readonly FlowBlockLanes.Shape _shape;
    private readonly uint _buckets;
    private readonly uint _capacity;
    private readonly bool _isForWriting;
    private readonly NativeRegion _heads;
    private readonly NativeRegion _sources;
    private readonly NativeRegion _entries;
    private readonly NativeRegion _lots;

    /// <summary>Empty chains and entries.</summary>
    /// <param name="buckets">Heads of each of the two tables.</param>
    /// <param name="capacity">Entries.</param>
    /// <param name="workers">Threads that connect.</param>
    /// <param name="key">Key of the hashes.</param>
    public ConnectionFloor(uint buckets, uint capacity, int workers, SipKey key)
    {
        _shape = new FlowBlockLanes.Shape(key, NetMix: 0, buckets, buckets, Keeps: true);
        _buckets = buckets;
        _capacity = capacity;
        _isForWriting = Prefetch.IsForWriting(workers);
        _heads = new NativeRegion(buckets * (long)sizeof(uint));
        _sources = new NativeRegion(buckets * (long)sizeof(uint));
        _entries = new NativeRegion((capacity + 1L) * EntryWords * sizeof(ulong));
        _lots = new NativeRegion(2L * workers * sizeof(Lot));
        Clear();
    }

    /// <summary>Bytes of native memory.</summary>
    public long ReservedBytes => _heads.Length + _sources.Length + _entries.Length;

    private uint* Heads => (uint*)_heads.Pointer;

    private uint* Sources => (uint*)_sources.Pointer;

    /// <summary>Links connections: entry <paramref name="first"/> and following, counted from 0.</summary>
    /// <param name="worker">Number of the calling thread.</param>
    /// <param name="random">Draws the ports.</param>
    /// <param name="originals">ORIGINAL tuples.</param>
    /// <param name="first">Entry of the first one.</param>
    /// <param name="nat">Address of the REPLY tuples.</param>
    public void Connect(int worker, ref CpuRandom random, ReadOnlySpan<ConntrackTuple<IPv4Address>> originals, uint first, IPv4Address nat)
    {
        Lot* lots = (Lot*)_lots.Pointer + (2 * worker);
        Prepare(lots, ref random, originals, nat);
        for (int done = 0; done < originals.Length; done += Width)
        {
            Lot* present = lots + (done / Width % 2);
            Lot* next = lots + (1 - (done / Width % 2));
            if (done + Width < originals.Length)
            {
                Prepare(next, ref random, originals[(done + Width)..], nat);
            }

            Link(present, next, first + (uint)done);
        }
    }

    /// <summary>Whether the entry is linked.</summary>
    /// <param name="entry">Number of the entry.</param>
    /// <param name="reply">Its REPLY tuple.</param>
    public bool TryGetReply(uint entry, out ConntrackTuple<IPv4Address> reply)
    {
        ulong* words = Entry(entry + 1);
        reply = *(ConntrackTuple<IPv4Address>*)(words + (EntryWords / 2));
        return words[3] != 0;
    }

    /// <summary>Forgets an entry; its links stay until <see cref="Clear"/>.</summary>
    /// <param name="entry">Number of the entry.</param>
    /// <returns>Whether it was linked.</returns>
    public bool Forget(uint entry)
    {
        ulong* words = Entry(entry + 1);
        bool stood = words[3] != 0;
        words[3] = 0;
        return stood;
    }

    /// <summary>Nodes that a walk of all chains finds, and how many of their entries are not forgotten.</summary>
    public FloorCount Count()
    {
        var count = new FloorCount(0, 0, 0);
        for (uint bucket = 0; bucket < _buckets; bucket++)
        {
            for (uint link = Heads[bucket]; link != 0; link = Next(link))
            {
                count = count with { Nodes = count.Nodes + 1 };
            }

            for (uint entry = Sources[bucket]; entry != 0; entry = (uint)(Entry(entry)[6] >> 32))
            {
                count = count with { Sources = count.Sources + 1 };
            }
        }

        for (uint entry = 1; entry <= _capacity; entry++)
        {
            count = count with { Entries = count.Entries + (Entry(entry)[3] != 0 ? 1 : 0) };
        }

        return count;
    }

    /// <summary>Empties all chains.</summary>
    public void Clear()
    {
        new Span<uint>(Heads, (int)_buckets).Clear();
        new Span<uint>(Sources, (int)_buckets).Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _heads.Dispose();
        _sources.Dispose();
        _entries.Dispose();
        _lots.Dispose();
    }

    private ulong* Entry(uint entry) => (ulong*)_entries.Pointer + ((long)entry * EntryWords);

    private uint Next(uint link) => (uint)Entry(link >> 1)[(link & 1) == 0 ? 2 : 6];

    private void Prepare(Lot* lot, ref CpuRandom random, ReadOnlySpan<ConntrackTuple<IPv4Address>> originals, IPv4Address nat)
    {
        lot->Count = Math.Min(originals.Length, Width);
        var flows = new Span<ConntrackTuple<IPv4Address>>(lot->Originals, Width);
        var replies = (ConntrackTuple<IPv4Address>*)lot->Replies;
        for (int i = 0; i < lot->Count; i++)
        {
            flows[i] = originals[i];
            originals[i].InvertTo(out replies[i]);
            replies[i].Destination = nat;
            lot->Block.FirstKeys[i] = replies[i].KeysWithDestination(random.Next16());
        }

        FlowBlockLanes.Fill(in _shape, (ConntrackTuple<IPv4Address>*)lot->Originals, replies, hasIcmp: false, &lot->Block);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Link(Lot* lot, Lot* next, uint entry)
    {
        uint* heads = Heads;
        uint* sources = Sources;
        for (int i = 0; i < lot->Count; i++)
        {
            Fetch(&next->Block, heads, sources, Entry(entry + (uint)i + 1 + Width), i);
            uint number = entry + (uint)i + 1; // a link of 0 ends a chain
            uint* original = heads + lot->Block.OriginalBucket[i];
            uint* reply = heads + lot->Block.FirstBucket[i];
            uint* source = sources + lot->Block.SourceBucket[i];
            ulong* words = Entry(number);
            words[0] = lot->Originals[2 * i];
            words[1] = lot->Originals[(2 * i) + 1];
            words[2] = *original;
            words[3] = 1;
            words[4] = lot->Replies[2 * i];
            words[5] = lot->Block.FirstKeys[i];
            words[6] = *reply | ((ulong)*source << 32);
            words[7] = lot->Block.OriginalHash[i];
            Push<LockFree>(source, number, ref Unsafe.AsRef<uint>((uint*)(words + 6) + 1));
            Push<LockFree>(original, number << 1, ref Unsafe.AsRef<uint>(words + 2));
            Push<LockFree>(reply, (number << 1) | 1, ref Unsafe.AsRef<uint>(words + 6));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Fetch(FlowBlock* next, uint* heads, uint* sources, void* entry, int i)
    {
        if (_isForWriting)
        {
            Prefetch.Write(heads + next->OriginalBucket[i], sources + next->SourceBucket[i], heads + next->FirstBucket[i], entry);
            return;
        }

        Prefetch.Read(heads + next->OriginalBucket[i]);
        Prefetch.Read(sources + next->SourceBucket[i]);
        Prefetch.Read(heads + next->FirstBucket[i]);
        Prefetch.Read(entry);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Push<TAccess>(uint* head, uint link, ref uint next)
        where TAccess : struct, ISharedAccess
    {
        // Full fence: the entry is whole before it is linked. Pairs with nothing while threads run: the chains are walked after they have
        // met.
        uint seen = next;
        while (TAccess.CompareExchange(ref *head, link, seen) is var now && now != seen)
        {
            next = seen = now;
        }
    }

    private struct Lot
    {
        public FlowBlock Block;
        public fixed ulong Originals[2 * Width];
        public fixed ulong Replies[2 * Width];
        public int Count;
    }
}

/// <summary>What <see cref="ConnectionFloor"/> linked.</summary>
/// <param name="Nodes">Nodes in the chains of both directions.</param>
/// <param name="Sources">Nodes in the by-source chains.</param>
/// <param name="Entries">Entries that are not forgotten.</param>
public readonly record struct FloorCount(long Nodes, long Sources, long Entries);
