using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>The table's chains: the present bucket array, what both ways of inserting share, and the resize.</summary>
/// <remarks>
/// Resize (<c>nf_conntrack_hash_resize</c>): all locks are taken, every node moves to its new chain, the new array is published. The
/// array reference is null meanwhile; it plays the part of the kernel's odd generation, for which readers and confirms wait. In the
/// lock-free design every operation on the chains waits at its beginning, and the resize waits for those that are under way.
/// </remarks>
internal sealed unsafe class ChainTable<TAddress, TEra, TDesign> : IDisposable
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    /// <summary>A field: a property would copy it, and the JIT keeps such a copy in memory.</summary>
    public readonly SharedWords Words;

    private readonly List<BucketArray> _retired = [];
    private readonly HashSecrets _secrets;
    private BucketArray? _buckets;

    public ChainTable(
        EntrySlab<TAddress, TDesign> slab, SharedWords words, Sections<TDesign> sections, in HashSecrets secrets, uint buckets)
    {
        Slab = slab;
        Words = words;
        Sections = sections;
        _secrets = secrets;
        _buckets = new BucketArray(buckets);
    }

    public EntrySlab<TAddress, TDesign> Slab { get; }

    public Sections<TDesign> Sections { get; }

    /// <summary>The raw hash of a tuple.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TupleHash Hash(in ConntrackTuple<TAddress> tuple) => TupleHasher.Hash<TAddress, TEra>(in _secrets, in tuple);

    /// <summary>The present bucket array; waits while a resize moves the nodes, as the kernel's seqcount reader does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public BucketArray CurrentBuckets() =>
        // Acquire: pairs with the release at the end of a resize; the heads are seen filled.
        TDesign.Read(ref _buckets) ?? WaitForResize();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private BucketArray WaitForResize()
    {
        var spinner = new SpinWait();
        BucketArray? buckets;

        // Acquire: as in CurrentBuckets.
        while ((buckets = TDesign.Read(ref _buckets)) is null)
        {
            TDesign.Await(ref spinner, ref _buckets);
        }

        return buckets;
    }

    /// <inheritdoc cref="ITableDesign.IsCurrent"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsCurrent(BucketArray buckets) => TDesign.IsCurrent(this, buckets);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BucketPair PairOf(BucketArray buckets, TupleHash originalHash, TupleHash replyHash) => new(
        buckets, originalHash.Bucket(buckets.Count), replyHash.Bucket(buckets.Count));

    /// <summary>Walks a chain for a tuple. The caller holds the lock, or accepts a passing view.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ChainScan ScanChain(Link link, in ConntrackTuple<TAddress> tuple, int limit) =>
        link.IsEnd ? new ChainScan(link, tooLong: false) : WalkChain(link, in tuple, limit);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ChainScan WalkChain(Link link, in ConntrackTuple<TAddress> tuple, int limit)
    {
        int passed = 0;
        while (!link.IsEnd)
        {
            TupleNode<TAddress>* node = Slab.Node(link);
            if (ConntrackTuple<TAddress>.AreEqual(in node->Tuple, in tuple))
            {
                return new ChainScan(link, tooLong: false);
            }

            if (passed++ > limit)
            {
                return new ChainScan(link, tooLong: true);
            }

            link = node->Next;
        }

        return new ChainScan(link, tooLong: false);
    }

    /// <summary>
    /// Whether this is the array by now. Acquire: pairs with the release of HideBuckets and of Resize. For the holder of a lock the order
    /// is nobody's concern, since a resize replaces the array under all locks.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsPresent(BucketArray buckets) => ReferenceEquals(TDesign.Read(ref _buckets), buckets);

    /// <summary>Moves every node to its chain in a new array.</summary>
    public void Resize(uint buckets)
    {
        ArgumentOutOfRangeException.ThrowIfZero(buckets);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(buckets, Link.MaxValue);
        var next = new BucketArray(buckets);
        lock (_retired)
        {
            var locks = new LockedChains<TAddress, TEra, TDesign>(this);
            locks.EnterAll();
            BucketArray old = _buckets!;
            TDesign.BeginResize(this, next);
            for (uint bucket = 0; bucket < old.Count; bucket++)
            {
                MoveChain(locks, old.Heads[bucket], next);
                old.Heads[bucket] = Link.End(bucket);
            }

            // Release: the new heads are seen filled. Pairs with the acquire in CurrentBuckets.
            TDesign.Write(ref _buckets, next);
            TDesign.EndResize(this);
            locks.ExitAll();

            // Readers may still stand on the old heads; they are kept until the table goes.
            _retired.Add(old);
        }
    }

    /// <summary>
    /// Has an earlier array again, for an exploration that puts the memory of the table back; those that came after it are freed.
    /// </summary>
    /// <param name="first">The array, which the caller has filled as it was.</param>
    public void PutBack(BucketArray first)
    {
        foreach (BucketArray later in _retired.Append(_buckets).OfType<BucketArray>().Where(buckets => buckets != first))
        {
            later.Dispose();
        }

        _retired.Clear();
        _buckets = first;
    }

    /// <summary>The array as it is, null while a resize moves the nodes; for an exploration, which stops between two accesses.</summary>
    public BucketArray? Present => _buckets;

    /// <summary>Takes the array away, so that readers wait.</summary>
    /// <param name="next">The array that comes after it.</param>
    public void HideBuckets(BucketArray next)
    {
        for (uint bucket = 0; bucket < next.Count; bucket++)
        {
            TDesign.Plain(AccessKind.Write, &next.Heads[bucket], sizeof(Link)); // it was filled; the release at the end publishes that
        }

        // Release: pairs with the acquire of IsPresent. A reader that followed a link written later finds the array gone.
        TDesign.Write(ref _buckets, null);
        TDesign.Fence(); // and no link is written before the array is gone: a release alone does not order later stores
    }

    private void MoveChain(LockedChains<TAddress, TEra, TDesign> chains, Link link, BucketArray next)
    {
        while (!link.IsEnd)
        {
            Link at = link;
            link = Slab.Node(at)->Next;
            chains.LinkNode(next, Hash(in Slab.Node(at)->Tuple).Bucket(next.Count), at);
        }
    }

    /// <summary>Fetches the head of a tuple's chain.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void FetchHead(TupleHash hash)
    {
        BucketArray buckets = CurrentBuckets();
        Prefetch.Read(buckets.Heads + hash.Bucket(buckets.Count));
    }

    /// <summary>Fetches the first node of a chain whose head has come.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void FetchFirstNode(TupleHash hash)
    {
        BucketArray buckets = CurrentBuckets();
        Link link = buckets.Heads[hash.Bucket(buckets.Count)];
        if (!link.IsEnd)
        {
            Prefetch.Read(Slab.Original(link.Target.Slot));
            if (TAddress.NodeSize > 32)
            {
                Prefetch.Read(Slab.Node(link.Target));
            }
        }
    }

    public void Dispose()
    {
        _buckets?.Dispose();
        _retired.ForEach(old => old.Dispose());
    }
}
