using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Netfilter.Batching;

/// <summary>
/// Brings new connections through lookup, allocation and confirm in batches, as NAPI hands packets over. First, in stages over the whole
/// batch, hashes are computed eight at a time and the memory behind them is fetched; then the connections run one after the other
/// through the same code as ever, which finds those hashes ready.
/// </summary>
/// <remarks>
/// The stages only guess which REPLY tuples a connection will ask for. What they compute is found by the exact tuple it belongs to, and a
/// draw is looked at ahead on a copy of the generator. So ports, probes, counters and table are those of one connection after the
/// other. One batch serves one CPU.
/// </remarks>
/// <typeparam name="TAddress">The address family.</typeparam>
/// <typeparam name="TEra">The era's hot traits.</typeparam>
public sealed unsafe class ConnectionBatch<TAddress, TEra> : IDisposable
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
{
    /// <summary>Most connections of a batch.</summary>
    public const int MaxSize = 64;

    private const int Lanes = SipHash24Lanes.Count;
    private readonly ConntrackTable<TAddress, TEra, LockFree> _table;
    private readonly ChainTable<TAddress, TEra, LockFree> _chains;
    private readonly BySourceTable<TAddress, TEra, LockFree> _bySource;
    private readonly int _size;
    private readonly NativeRegion _memory;
    private readonly FlowLanes.Scratch* _scratch;
    private readonly HashMemo<TAddress>* _memos;
    private readonly ConntrackTuple<TAddress>* _replies;
    private readonly uint* _hashes;
    private readonly ShortPath<TAddress, TEra, LockFree> _shortPath;
    private readonly bool _takesShortPath;
    private bool _expectsSearch;

    /// <summary>An empty batch.</summary>
    /// <param name="size">Connections of a batch, 1 to <see cref="MaxSize"/>; 16 to 64 pay off.</param>
    /// <param name="takesShortPath">False: every connection takes the general path, as those do that the short one does not cover.</param>
    public ConnectionBatch(ConntrackTable<TAddress, TEra, LockFree> table, int size = 16, bool takesShortPath = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, MaxSize);
        _table = table;
        _chains = table.Chains;
        _bySource = table.BySource;
        _size = size;
        _takesShortPath = takesShortPath;
        _shortPath = new ShortPath<TAddress, TEra, LockFree>(table);
        int memos = MaxSize * sizeof(HashMemo<TAddress>);
        int replies = MaxSize * sizeof(ConntrackTuple<TAddress>);
        _memory = new NativeRegion(sizeof(FlowLanes.Scratch) + memos + replies + (MaxSize * sizeof(uint)));
        _scratch = (FlowLanes.Scratch*)_memory.Pointer;
        _memos = (HashMemo<TAddress>*)(_memory.Pointer + sizeof(FlowLanes.Scratch));
        _replies = (ConntrackTuple<TAddress>*)((byte*)_memos + memos);
        _hashes = (uint*)((byte*)_replies + replies);
    }

    /// <summary>Brings connections through, in order. Those that stand already, or find no slot, are passed over.</summary>
    /// <param name="cpu">The CPU of this batch.</param>
    /// <param name="random">Its random source.</param>
    /// <param name="originals">ORIGINAL tuples of first packets, any number.</param>
    /// <param name="range">What the rule allows.</param>
    /// <param name="window">Called between allocation and confirm, or null.</param>
    /// <returns>How many were inserted.</returns>
    public int Connect(
        ref CpuState cpu,
        ref CpuRandom random,
        ReadOnlySpan<ConntrackTuple<TAddress>> originals,
        in NatRange<TAddress> range,
        Action? window = null)
    {
        if (_takesShortPath && window is null && _shortPath.Covers(in range))
        {
            return _shortPath.Connect(ref cpu, ref random, originals);
        }

        int inserted = 0;
        for (int done = 0; done < originals.Length; done += _size)
        {
            ReadOnlySpan<ConntrackTuple<TAddress>> batch = originals.Slice(done, Math.Min(_size, originals.Length - done));
            Prepare(ref cpu, random, batch, in range);
            for (int i = 0; i < batch.Length; i++)
            {
                inserted += ConnectOne(ref cpu, ref random, in batch[i], _memos + i, in range, window) ? 1 : 0;
            }
        }

        return inserted;
    }

    /// <summary>
    /// Goes through what the short path does with connections up to the end of a part, and changes nothing that others see: to time the
    /// parts. Does nothing under a rule that the short path does not cover.
    /// </summary>
    /// <param name="last">The part.</param>
    /// <param name="cpu">The CPU of this batch.</param>
    /// <param name="random">A copy of its random source: the draws stay to be made.</param>
    /// <param name="originals">ORIGINAL tuples of first packets, any number.</param>
    /// <param name="range">What the rule allows.</param>
    public void Rehearse(
        ConnectPart last,
        ref CpuState cpu,
        CpuRandom random,
        ReadOnlySpan<ConntrackTuple<TAddress>> originals,
        in NatRange<TAddress> range)
    {
        if (_shortPath.Covers(in range))
        {
            _shortPath.Rehearse(last, ref cpu, random, originals);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _shortPath.Dispose();
        _memory.Dispose();
    }

    private bool ConnectOne(
        ref CpuState cpu,
        ref CpuRandom random,
        in ConntrackTuple<TAddress> tuple,
        HashMemo<TAddress>* memo,
        in NatRange<TAddress> range,
        Action? window)
    {
        TupleHash hash = memo->OriginalHash;
        if (_table.TryFind(ref cpu, in tuple, hash, out _))
        {
            return false;
        }

        if (!_table.TryCreate(ref cpu, in tuple, hash, 0, out PendingEntry<TAddress> entry))
        {
            return false;
        }

        entry.UseAhead(memo);
        _expectsSearch = NatSetup.Run(_table, ref cpu, ref random, ref entry, in range, ManipType.Source) == PortChoice.Searched;
        window?.Invoke();
        return _table.Confirm(ref cpu, in entry) == ConfirmResult.Inserted;
    }

    /// <summary>The stages. The generator is a copy: the draws stay to be made.</summary>
    private void Prepare(
        ref CpuState cpu, CpuRandom random, ReadOnlySpan<ConntrackTuple<TAddress>> batch, in NatRange<TAddress> range)
    {
        _table.FetchSlots(ref cpu, batch.Length);
        var guess = new ReplyGuess<TAddress>(_table.Traits, in range, _expectsSearch);
        for (int i = 0; i < batch.Length; i++)
        {
            guess.Write(ref random, in batch[i], in range, ref _memos[i]);
        }

        int done = 0;
        if (FlowLanes.Cover<TAddress, TEra>(_table.Traits))
        {
            for (; done + Lanes <= batch.Length; done += Lanes)
            {
                HashEight(batch.Slice(done, Lanes), _memos + done);
                PrefetchHeads(done, Lanes);
            }
        }

        HashTuples(batch[done..], _memos + done);
        PrefetchHeads(done, batch.Length - done);
        for (int i = 0; i < batch.Length; i++)
        {
            _chains.FetchFirstNode(_memos[i].OriginalHash);
            _chains.FetchFirstNode(_memos[i].OtherHash);
        }
    }

    private void HashEight(ReadOnlySpan<ConntrackTuple<TAddress>> originals, HashMemo<TAddress>* memos)
    {
        if (!TupleLanes<TAddress, TEra>.HasOneZone(originals))
        {
            HashTuples(originals, memos);
            return;
        }

        fixed (ConntrackTuple<TAddress>* first = originals)
        {
            FlowLanes.Fill(
                _table.Secrets.Key,
                _table.Secrets.NetMix,
                in *(ConntrackTuple<IPv4Address>*)first,
                (HashMemo<IPv4Address>*)memos,
                _scratch);
        }
    }

    /// <summary>The same for the other eras and IPv6, a kind of hash at a time.</summary>
    private void HashTuples(ReadOnlySpan<ConntrackTuple<TAddress>> originals, HashMemo<TAddress>* memos)
    {
        int count = originals.Length;
        var hashes = new Span<uint>(_hashes, count);
        TupleLanes<TAddress, TEra>.Hash(in _table.Secrets, originals, hashes);
        for (int i = 0; i < count; i++)
        {
            memos[i].OriginalHash = new TupleHash(hashes[i]);
            _replies[i] = memos[i].Reply;
        }

        TupleLanes<TAddress, TEra>.HashSources(_table.Traits.BySourceHash, in _table.Secrets, originals, hashes);
        for (int i = 0; i < count; i++)
        {
            memos[i].SourceHash = new SourceHash(hashes[i]);
        }

        TupleLanes<TAddress, TEra>.Hash(in _table.Secrets, new ReadOnlySpan<ConntrackTuple<TAddress>>(_replies, count), hashes);
        for (int i = 0; i < count; i++)
        {
            memos[i].ReplyHash = new TupleHash(hashes[i]);
            _replies[i].Keys = memos[i].OtherKeys;
        }

        TupleLanes<TAddress, TEra>.Hash(in _table.Secrets, new ReadOnlySpan<ConntrackTuple<TAddress>>(_replies, count), hashes);
        for (int i = 0; i < count; i++)
        {
            memos[i].OtherHash = new TupleHash(hashes[i]);
        }
    }

    private void PrefetchHeads(int first, int count)
    {
        for (int i = first; i < first + count; i++)
        {
            _chains.FetchHead(_memos[i].OriginalHash);
            _bySource.FetchHead(_memos[i].SourceHash);
            _chains.FetchHead(_memos[i].ReplyHash);
            _chains.FetchHead(_memos[i].OtherHash);
        }
    }
}
