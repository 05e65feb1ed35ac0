using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Batching;

/// <summary>
/// Fills the hashes and buckets of a block: IPv4 under the functions of 6.5 and later a flow to a lane; IPv6 and other eras a kind of hash
/// after the other, in lanes where the era's hash has them.
/// </summary>
/// <typeparam name="TAddress">The address family.</typeparam>
/// <typeparam name="TEra">The era's hot traits.</typeparam>
/// <typeparam name="TDesign">The table design.</typeparam>
internal sealed unsafe class FlowHasher<TAddress, TEra, TDesign>
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private const int Width = FlowBlock.Width;
    private readonly ConntrackTable<TAddress, TEra, TDesign> _table;
    private readonly ChainTable<TAddress, TEra, TDesign> _chains;
    private readonly BucketArray _sources;
    private readonly bool _hasQuads;
    private readonly bool _isForWriting;
    private FlowQuad.Start _quadStart;
    private BucketArray? _quadBuckets;

    public FlowHasher(ConntrackTable<TAddress, TEra, TDesign> table)
    {
        _table = table;
        _chains = table.Chains;
        _sources = table.BySource.Chains;
        HasPrefixes = FlowLanes.Cover<TAddress, TEra>(table.Traits);
        _hasQuads = HasPrefixes && FlowQuad.IsSupported;
        _isForWriting = Prefetch.IsForWriting(table.CpuCount);
    }

    /// <summary>Whether flows are hashed in lanes of their own, which leaves the states in front of the candidate.</summary>
    public bool HasPrefixes { get; }

    /// <summary>Fills a block of sixteen flows.</summary>
    /// <param name="block">The block, with <see cref="FlowBlock.FirstKeys"/>.</param>
    /// <param name="originals">ORIGINAL tuples.</param>
    /// <param name="replies">REPLY tuples.</param>
    /// <param name="hasIcmp">Whether there is a flow of ICMP among them.</param>
    /// <param name="plan">The rule.</param>
    /// <returns>The buckets.</returns>
    public BucketArray Fill(
        FlowBlock* block,
        ConntrackTuple<TAddress>* originals,
        ConntrackTuple<TAddress>* replies,
        bool hasIcmp,
        in ConnectPlan<TAddress> plan)
    {
        BucketArray buckets = _chains.CurrentBuckets();
        if (HasPrefixes)
        {
            var shape = new FlowBlockLanes.Shape(_table.Secrets.Key, _table.Secrets.NetMix, buckets.Count, _sources.Count, plan.KeepsPort);
            FlowBlockLanes.Fill(
                in shape, (ConntrackTuple<IPv4Address>*)originals, (ConntrackTuple<IPv4Address>*)replies, hasIcmp, block);
        }
        else if (TEra.Hash == TableHash.Wyhash)
        {
            FillFast(block, originals, replies, Width, buckets.Count);
        }
        else
        {
            FillKinds(block, originals, replies, Width, plan.KeepsPort, buckets.Count);
        }

        return buckets;
    }

    /// <summary>Fills flow 0 of a block, and fetches its heads.</summary>
    /// <param name="run">The flow, covered by the plan; receives the heads that the buckets are of, and whether there is a prefix.</param>
    /// <param name="isIcmp">Whether it is one of ICMP.</param>
    /// <param name="keeps">Whether its own port may be kept.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void FillOne(ref FlowRun<TAddress> run, bool isIcmp, bool keeps)
    {
        BucketArray buckets = _chains.CurrentBuckets();
        FlowBlock* block = run.Block;
        run.HasPrefixes = _hasQuads && !isIcmp;
        if (run.HasPrefixes)
        {
            if (buckets != _quadBuckets)
            {
                StartQuads(buckets);
            }

            FlowQuad.Fill(in _quadStart, (ConntrackTuple<IPv4Address>*)run.Originals, (ConntrackTuple<IPv4Address>*)run.Replies, block);
        }
        else if (TEra.Hash == TableHash.Wyhash)
        {
            FillFast(block, run.Originals, run.Replies, 1, buckets.Count);
        }
        else
        {
            FillKinds(block, run.Originals, run.Replies, 1, keeps, buckets.Count);
        }

        run.Heads = buckets.Heads;
        run.Buckets = buckets.Count;
        Link* original = buckets.Heads + block->OriginalBucket[0];
        Link* source = _sources.Heads + block->SourceBucket[0];
        Link* first = buckets.Heads + block->FirstBucket[0];
        if (_isForWriting)
        {
            Prefetch.Write(original, source, first, original);
            return;
        }

        Prefetch.Read(original);
        Prefetch.Read(source);
        Prefetch.Read(first);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void StartQuads(BucketArray buckets)
    {
        _quadStart = new FlowQuad.Start(new FlowBlockLanes.Shape(
            _table.Secrets.Key, _table.Secrets.NetMix, buckets.Count, _sources.Count, Keeps: true));
        _quadBuckets = buckets;
    }

    /// <summary>A hash of a few instructions is computed flow by flow.</summary>
    private void FillFast(FlowBlock* block, ConntrackTuple<TAddress>* originals, ConntrackTuple<TAddress>* replies, int count, uint buckets)
    {
        HashSecrets secrets = _table.Secrets;
        uint sources = _sources.Count;
        for (int i = 0; i < count; i++)
        {
            uint original = WyHash.OfTuple(in secrets, in originals[i]);
            uint source = WyHash.OfSource(in secrets, in originals[i]);
            ConntrackTuple<TAddress> reply = replies[i];
            uint kept = WyHash.OfTuple(in secrets, in reply);
            reply.Keys = block->FirstKeys[i];
            uint first = WyHash.OfTuple(in secrets, in reply);
            block->OriginalHash[i] = original;
            block->OriginalBucket[i] = ReciprocalScale.Scale(original, buckets);
            block->SourceHash[i] = source;
            block->SourceBucket[i] = ReciprocalScale.Scale(source, sources);
            block->KeptHash[i] = kept;
            block->KeptBucket[i] = ReciprocalScale.Scale(kept, buckets);
            block->FirstHash[i] = first;
            block->FirstBucket[i] = ReciprocalScale.Scale(first, buckets);
        }
    }

    [SkipLocalsInit]
    private void FillKinds(
        FlowBlock* block,
        ConntrackTuple<TAddress>* originals,
        ConntrackTuple<TAddress>* replies,
        int count,
        bool keeps,
        uint buckets)
    {
        Span<uint> hashes = stackalloc uint[Width];
        hashes = hashes[..count];
        var flows = new ReadOnlySpan<ConntrackTuple<TAddress>>(originals, count);
        TupleLanes<TAddress, TEra>.Hash(in _table.Secrets, flows, hashes);
        Store(hashes, block->OriginalHash, block->OriginalBucket, buckets);
        TupleLanes<TAddress, TEra>.HashSources(_table.Traits.BySourceHash, in _table.Secrets, flows, hashes);
        Store(hashes, block->SourceHash, block->SourceBucket, _sources.Count);
        if (keeps)
        {
            TupleLanes<TAddress, TEra>.Hash(in _table.Secrets, new ReadOnlySpan<ConntrackTuple<TAddress>>(replies, count), hashes);
            Store(hashes, block->KeptHash, block->KeptBucket, buckets);
        }

        ConntrackTuple<TAddress>* firsts = stackalloc ConntrackTuple<TAddress>[Width];
        for (int i = 0; i < count; i++)
        {
            firsts[i] = replies[i];
            firsts[i].Keys = block->FirstKeys[i];
        }

        TupleLanes<TAddress, TEra>.Hash(in _table.Secrets, new ReadOnlySpan<ConntrackTuple<TAddress>>(firsts, count), hashes);
        Store(hashes, block->FirstHash, block->FirstBucket, buckets);
    }

    private static void Store(ReadOnlySpan<uint> hashes, ulong* to, ulong* indices, uint buckets)
    {
        for (int i = 0; i < hashes.Length; i++)
        {
            to[i] = hashes[i];
            indices[i] = ReciprocalScale.Scale(hashes[i], buckets);
        }
    }
}
