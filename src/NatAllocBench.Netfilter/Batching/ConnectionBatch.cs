using NatAllocBench.Netfilter.Conntrack;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Memory;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Batching;

/// <summary>
/// Brings new connections through lookup, allocation and confirm in batches, as NAPI hands packets over. First, in stages over the whole
/// batch, hashes are computed eight at a time and the memory behind them is fetched; then the connections run one after the other
/// through the same code as ever, which finds those hashes ready.
/// </summary>
/// <remarks>
/// The stages only guess: that a connection asks for its own port, and for one random candidate. What they compute is found by the exact
/// tuple it belongs to, and a draw is looked at ahead on a copy of the generator. So ports, probes, counters and table are those of one
/// connection after the other. One batch serves one CPU.
/// </remarks>
/// <typeparam name="TAddress">The address family.</typeparam>
/// <typeparam name="TEra">The era's hot traits.</typeparam>
public sealed unsafe class ConnectionBatch<TAddress, TEra> : IDisposable
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
{
    /// <summary>Most connections of a batch.</summary>
    public const int MaxSize = 64;

    private const NatFlags AnyRandom = NatFlags.ProtoRandom | NatFlags.ProtoRandomFully;
    private readonly ConntrackTable<TAddress, TEra, Batched> _table;
    private readonly int _size;
    private readonly NativeRegion _memory;
    private readonly ReplyHashMemo<TAddress>* _memos;
    private readonly ConntrackTuple<TAddress>* _replies;
    private readonly uint* _originalHashes;
    private readonly uint* _sourceHashes;
    private readonly uint* _replyHashes;
    private SharedPrefix<TAddress, TEra> _keptPrefix;
    private bool _expectsSearch;

    /// <summary>An empty batch.</summary>
    /// <param name="table">The table.</param>
    /// <param name="size">Connections of a batch, 1 to <see cref="MaxSize"/>; 16 to 64 are of use.</param>
    public ConnectionBatch(ConntrackTable<TAddress, TEra, Batched> table, int size = 16)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, MaxSize);
        _table = table;
        _size = size;
        int memos = MaxSize * sizeof(ReplyHashMemo<TAddress>);
        int replies = MaxSize * sizeof(ConntrackTuple<TAddress>);
        const int Hashes = MaxSize * sizeof(uint);
        _memory = new NativeRegion(memos + replies + (3 * Hashes));
        _memos = (ReplyHashMemo<TAddress>*)_memory.Pointer;
        _replies = (ConntrackTuple<TAddress>*)(_memory.Pointer + memos);
        _originalHashes = (uint*)(_memory.Pointer + memos + replies);
        _sourceHashes = _originalHashes + MaxSize;
        _replyHashes = _sourceHashes + MaxSize;
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
        int inserted = 0;
        for (int done = 0; done < originals.Length; done += _size)
        {
            ReadOnlySpan<ConntrackTuple<TAddress>> batch = originals.Slice(done, Math.Min(_size, originals.Length - done));
            Prepare(ref cpu, random, batch, in range);
            for (int i = 0; i < batch.Length; i++)
            {
                inserted += ConnectOne(ref cpu, ref random, in batch[i], i, in range, window) ? 1 : 0;
            }
        }

        cpu.HashMemo = null;
        return inserted;
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    private bool ConnectOne(
        ref CpuState cpu, ref CpuRandom random, in ConntrackTuple<TAddress> tuple, int index, in NatRange<TAddress> range, Action? window)
    {
        uint hash = _originalHashes[index];
        if (_table.TryFind(ref cpu, in tuple, hash, out _))
        {
            return false;
        }

        uint slot = _table.Create(ref cpu, in tuple, hash);
        if (slot == CpuState.NoSlot)
        {
            return false;
        }

        _table.StashSourceHash(slot, _sourceHashes[index]);
        cpu.HashMemo = _memos + index;
        _expectsSearch = NatSetup.Run(_table, ref cpu, ref random, slot, in range, ManipType.Source) == PortChoice.Searched;
        window?.Invoke();
        return _table.Confirm(ref cpu, slot) == ConfirmResult.Inserted;
    }

    /// <summary>The stages. The generator is a copy: the draws stay to be made.</summary>
    private void Prepare(
        ref CpuState cpu, CpuRandom random, ReadOnlySpan<ConntrackTuple<TAddress>> batch, in NatRange<TAddress> range)
    {
        int count = batch.Length;
        _table.PrefetchSlots(ref cpu, count);
        TupleLanes<TAddress, TEra>.Hash(in _table.Secrets, batch, new Span<uint>(_originalHashes, count));
        for (int i = 0; i < count; i++)
        {
            _table.PrefetchHead(_originalHashes[i]);
        }

        TupleLanes<TAddress, TEra>.HashSources(
            _table.Traits.BySourceHash, in _table.Secrets, batch, new Span<uint>(_sourceHashes, count));
        for (int i = 0; i < count; i++)
        {
            _table.PrefetchSource(_sourceHashes[i]);
            _replies[i] = Kept(in batch[i], in range);
        }

        HashReplies(count);
        for (int i = 0; i < count; i++)
        {
            _memos[i].Kept = _replies[i];
            _memos[i].KeptHash = _replyHashes[i];
            _memos[i].Candidate = _replies[i];
            _memos[i].CandidateHash = _replyHashes[i];
        }

        if (GuessCandidates(ref random, batch, in range))
        {
            HashReplies(count);
            for (int i = 0; i < count; i++)
            {
                _memos[i].Candidate = _replies[i];
                _memos[i].CandidateHash = _replyHashes[i];
                _table.PrefetchHead(_replyHashes[i]);
            }
        }

        for (int i = 0; i < count; i++)
        {
            _table.PrefetchFirstNode(_originalHashes[i]);
            _table.PrefetchFirstNode(_memos[i].CandidateHash);
        }
    }

    private void HashReplies(int count) => TupleLanes<TAddress, TEra>.HashReplies(
        in _table.Secrets,
        new ReadOnlySpan<ConntrackTuple<TAddress>>(_replies, count),
        new Span<uint>(_replyHashes, count),
        ref _keptPrefix);

    /// <summary>The REPLY tuple with the connection's own port at the NAT address.</summary>
    private ConntrackTuple<TAddress> Kept(in ConntrackTuple<TAddress> original, in NatRange<TAddress> range)
    {
        ConntrackTuple<TAddress> mapping = original;
        AddressPool.Choose(ref mapping, in range, ManipType.Source, _table.Traits.PoolHash);
        return mapping.Invert();
    }

    /// <summary>The REPLY tuples with the first candidate of each search, where searches begin at random and are to be expected.</summary>
    private bool GuessCandidates(ref CpuRandom random, ReadOnlySpan<ConntrackTuple<TAddress>> batch, in NatRange<TAddress> range)
    {
        EraTraits traits = _table.Traits;
        StartOffset start = (range.Flags & NatFlags.ProtoRandom) != 0 ? traits.RandomStart
            : (range.Flags & NatFlags.ProtoRandomFully) != 0 ? traits.RandomFullyStart : traits.DefaultStart;
        if (start != StartOffset.Random || (!_expectsSearch && (range.Flags & AnyRandom) == 0))
        {
            return false;
        }

        for (int i = 0; i < batch.Length; i++)
        {
            ConntrackTuple<TAddress> mapping = _replies[i].Invert();
            if (PortCandidates.For(in mapping, in range, ManipType.Source, traits) is { } candidates)
            {
                candidates.Apply(ref mapping, random.Next16());
                _replies[i] = mapping.Invert();
            }
        }

        return true;
    }
}
