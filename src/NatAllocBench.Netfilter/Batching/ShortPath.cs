using System.Runtime.CompilerServices;
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
/// Brings new connections through the short path in blocks of sixteen: while one block goes through
/// <see cref="ConnectPass{TAddress, TEra, TDesign}"/>, the heads of the next are fetched. A flow that the pass leaves goes through the
/// general path, with the hashes that are there. One object serves one CPU.
/// </summary>
/// <typeparam name="TAddress">The address family.</typeparam>
/// <typeparam name="TEra">The era's hot traits.</typeparam>
/// <typeparam name="TDesign">A lock-free design.</typeparam>
internal sealed unsafe class ShortPath<TAddress, TEra, TDesign> : IDisposable
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private const int Width = FlowBlock.Width;
    private const int Alignment = 64;

    private readonly ConntrackTable<TAddress, TEra, TDesign> _table;
    private readonly ConnectPass<TAddress, TEra, TDesign> _pass;
    private readonly FlowHasher<TAddress, TEra, TDesign> _hasher;
    private readonly NativeRegion _memory;
    private readonly Turn* _turns;
    private readonly ConntrackTuple<TAddress>* _tail;
    private readonly HashMemo<TAddress>* _memo;
    private readonly FlowRun<TAddress>* _one;
    private readonly bool _isForWriting;
    private ConnectPlan<TAddress> _plan;
    private bool _hasPlan;
    private bool _expectsSearch;

    public ShortPath(ConntrackTable<TAddress, TEra, TDesign> table)
    {
        _table = table;
        _pass = new ConnectPass<TAddress, TEra, TDesign>(table);
        _hasher = new FlowHasher<TAddress, TEra, TDesign>(table);
        int block = Round(sizeof(FlowBlock));
        int tuples = Round(Width * sizeof(ConntrackTuple<TAddress>));
        _memory = new NativeRegion(
            Round(2 * sizeof(Turn)) + (2L * block) + (3L * tuples) + Round(sizeof(HashMemo<TAddress>)) + sizeof(FlowRun<TAddress>));
        byte* free = _memory.Pointer;
        _turns = (Turn*)free;
        free += Round(2 * sizeof(Turn));
        for (int turn = 0; turn < 2; turn++)
        {
            _turns[turn].Block = (FlowBlock*)free;
            _turns[turn].Replies = (ConntrackTuple<TAddress>*)(free + block);
            free += block + tuples;
        }

        _tail = (ConntrackTuple<TAddress>*)free;
        _memo = (HashMemo<TAddress>*)(free + tuples);
        _one = (FlowRun<TAddress>*)(free + tuples + Round(sizeof(HashMemo<TAddress>)));
        _one->Block = _turns->Block;
        _one->Next = _turns->Block;
        _one->Replies = _turns->Replies;
        _one->Count = 1;
        _isForWriting = Prefetch.IsForWriting(table.CpuCount);
        _one->IsForWriting = _isForWriting;
    }

    /// <summary>Whether the flows of a rule have a short path at all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Covers(in NatRange<TAddress> range)
    {
        if (!_hasPlan || !_plan.IsOf(in range))
        {
            MakePlan(in range);
        }

        return _plan.IsCovered;
    }

    /// <summary>Brings connections through, in order, under the rule that <see cref="Covers"/> was asked for last.</summary>
    /// <param name="random">Its random source.</param>
    /// <param name="originals">ORIGINAL tuples of first packets.</param>
    /// <returns>How many were inserted.</returns>
    public int Connect(ref CpuState cpu, ref CpuRandom random, ReadOnlySpan<ConntrackTuple<TAddress>> originals) =>
        Run<WholeBlock>(ref cpu, ref random, originals, default);

    /// <summary>Goes as far as a part with connections that stay to be made. Flows that the short path leaves are passed over.</summary>
    /// <param name="last">The part.</param>
    /// <param name="random">A copy of the random source: the draws stay to be made.</param>
    /// <param name="originals">ORIGINAL tuples of first packets.</param>
    public void Rehearse(ConnectPart last, ref CpuState cpu, CpuRandom random, ReadOnlySpan<ConntrackTuple<TAddress>> originals) =>
        Run<RehearsedBlock>(ref cpu, ref random, originals, last);

    private int Run<TBlock>(
        ref CpuState cpu, ref CpuRandom random, ReadOnlySpan<ConntrackTuple<TAddress>> originals, ConnectPart last)
        where TBlock : struct, IBlockShape
    {
        FlowRun<TAddress> run = default;
        run.Searched = _expectsSearch;
        run.Last = last;
        fixed (ConntrackTuple<TAddress>* first = originals)
        {
            Prepare(_turns, first, originals.Length, random, drawsBefore: 0);
            FetchAll(in _turns[0]);
            int turn = 0;
            for (int done = 0; done < originals.Length; done += Width, turn ^= 1)
            {
                Turn* present = _turns + turn;
                Turn* next = present;
                int left = originals.Length - done - Width;
                if (left > 0)
                {
                    next = _turns + (turn ^ 1);
                    Prepare(next, first + done + Width, left, random, present->Count);
                }

                run.Block = present->Block;
                run.Replies = present->Replies;
                run.Originals = present->Originals;
                run.Heads = present->Heads;
                run.Buckets = present->Buckets;
                run.Count = present->Count;
                run.Covered = present->Covered;
                run.Next = next->Block;
                if (done == 0 && IsLoaded)
                {
                    BlockFetch<TAddress, TDesign>.FirstFlows(in run, _table.Slab, _table.BySource.Chains.Heads, _plan.KeepsPort);
                }

                TakeAll<TBlock>(ref cpu, ref random, ref run);
                _expectsSearch = run.Searched;
            }
        }

        return run.Inserted;
    }

    /// <summary>Brings one connection through: a block of one, whose hashes are computed side by side.</summary>
    /// <param name="random">Its random source.</param>
    /// <param name="original">ORIGINAL tuple of the first packet.</param>
    /// <returns>Whether it was inserted.</returns>
    public bool Connect(ref CpuState cpu, ref CpuRandom random, in ConntrackTuple<TAddress> original)
    {
        FlowRun<TAddress>* run = _one;
        fixed (ConntrackTuple<TAddress>* first = &original)
        {
            ushort offset = 0;
            if (_expectsSearch || !_plan.KeepsPort)
            {
                CpuRandom ahead = random;
                offset = ahead.Next16();
            }

            run->Originals = first;
            run->Inserted = 0;
            run->Searched = _expectsSearch;
            run->Covered = WriteGuess(_turns, 0, first, offset, out bool isIcmp) ? 1u : 0;
            if (run->Covered != 0)
            {
                _hasher.FillOne(ref *run, isIcmp, _plan.KeepsPort);
            }

            if (run->Covered == 0 || _pass.Take<BlockOfOne>(ref cpu, ref random, ref *run, 0, in _plan) == 0)
            {
                TakeGeneral(ref cpu, ref random, ref *run, 0);
            }

            _expectsSearch = run->Searched;
            return run->Inserted != 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    private static int Round(int bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MakePlan(in NatRange<TAddress> range)
    {
        _plan = new ConnectPlan<TAddress>(_table.Traits, in range);
        _hasPlan = true;
    }

    /// <summary>Nodes are fetched ahead only where an eighth of the chains or more have one.</summary>
    private bool IsLoaded => _table.Parts.Count.Reserved > _table.BucketCount / 8;

    /// <summary>Takes a prepared block.</summary>
    private void TakeAll<TBlock>(ref CpuState cpu, ref CpuRandom random, ref FlowRun<TAddress> run)
        where TBlock : struct, IBlockShape
    {
        if (TBlock.IsRehearsal && run.Last == ConnectPart.Hashes)
        {
            return;
        }

        run.HasPrefixes = _hasher.HasPrefixes;
        run.FetchesNodes = IsLoaded;
        run.IsForWriting = _isForWriting;
        int at = 0;
        while (at < run.Count)
        {
            int reached = _pass.Take<TBlock>(ref cpu, ref random, ref run, at, in _plan);
            if (reached == at)
            {
                if (!TBlock.IsRehearsal)
                {
                    TakeGeneral(ref cpu, ref random, ref run, at);
                }

                reached++;
            }

            at = reached;
        }
    }

    /// <summary>One flow by the general path, which looks at what the short one has left untouched.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakeGeneral(ref CpuState cpu, ref CpuRandom random, ref FlowRun<TAddress> run, int flow)
    {
        ref readonly ConntrackTuple<TAddress> original = ref run.Originals[flow];
        bool isHashed = (run.Covered >> flow & 1) != 0;
        TupleHash hash = isHashed ? new TupleHash((uint)run.Block->OriginalHash[flow]) : _table.Hash(in original);
        if (_table.TryFind(ref cpu, in original, hash, out _))
        {
            return;
        }

        if (!_table.TryCreate(ref cpu, in original, hash, 0, out PendingEntry<TAddress> entry))
        {
            return;
        }

        if (isHashed)
        {
            _memo->Reply = run.Replies[flow];
            _memo->OtherKeys = run.Block->FirstKeys[flow];
            _memo->OtherHash = new TupleHash((uint)run.Block->FirstHash[flow]);
            _memo->ReplyHash = new TupleHash((uint)run.Block->KeptHash[flow]);
            if (!_plan.KeepsPort)
            {
                _memo->Reply.Keys = _memo->OtherKeys; // its own port was not hashed
                _memo->ReplyHash = _memo->OtherHash;
            }

            _memo->SourceHash = new SourceHash((uint)run.Block->SourceHash[flow]);
            entry.UseAhead(_memo);
        }

        PortChoice choice = NatSetup.Run(_table, ref cpu, ref random, ref entry, in _plan.Range, ManipType.Source);
        run.Searched = choice == PortChoice.Searched;
        run.Inserted += _table.Confirm(ref cpu, in entry) == ConfirmResult.Inserted ? 1 : 0;
    }

    /// <summary>Guesses and hashes for the next block. The generator is a copy: the draws stay to be made.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Prepare(Turn* turn, ConntrackTuple<TAddress>* originals, int left, CpuRandom ahead, int drawsBefore)
    {
        turn->Count = Math.Min(left, Width);
        if (left < Width)
        {
            new Span<ConntrackTuple<TAddress>>(_tail, Width).Clear();
            new ReadOnlySpan<ConntrackTuple<TAddress>>(originals, left).CopyTo(new Span<ConntrackTuple<TAddress>>(_tail, Width));
            originals = _tail;
        }

        turn->Originals = originals;
        bool draws = _expectsSearch || !_plan.KeepsPort;
        if (draws)
        {
            ahead.Skip(drawsBefore);
        }

        uint covered = 0;
        bool hasIcmp = false;
        for (int i = 0; i < Width; i++)
        {
            ushort offset = draws ? ahead.Next16() : (ushort)0;
            covered |= (WriteGuess(turn, i, originals + i, offset, out bool isIcmp) ? 1u : 0) << i;
            hasIcmp |= isIcmp;
        }

        turn->Covered = covered;
        BucketArray buckets = _hasher.Fill(turn->Block, originals, turn->Replies, hasIcmp, in _plan);
        turn->Heads = buckets.Heads;
        turn->Buckets = buckets.Count;
    }

    /// <summary>Which REPLY tuples a flow will ask for: with its own port, and with the candidate of a draw.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool WriteGuess(Turn* turn, int flow, ConntrackTuple<TAddress>* original, ushort offset, out bool isIcmp)
    {
        // Everything is read before anything is written: the compiler then reads each word of the flow once.
        bool isCovered = _plan.Covers(in *original);
        PortCandidates candidates = _plan.CandidatesFor(in *original);
        TAddress address = _plan.AddressFor(in *original);
        ulong keys = original->InverseKeys;
        isIcmp = candidates.IsIcmp;
        FlowBlock* block = turn->Block;
        turn->Replies[flow].SetReply(in *original, address, keys);
        block->FirstOffset[flow] = offset;
        block->FirstKeys[flow] = PassWalks<TAddress, TEra, TDesign>.WithKey(keys, candidates.KeyAt(offset), isIcmp);
        return isCovered;
    }

    private void FetchAll(in Turn turn)
    {
        Link* sources = _table.BySource.Chains.Heads;
        for (int i = 0; i < turn.Count; i++)
        {
            Prefetch.Read(turn.Heads + turn.Block->OriginalBucket[i]);
            Prefetch.Read(sources + turn.Block->SourceBucket[i]);
            Prefetch.Read(turn.Heads + turn.Block->FirstBucket[i]);
        }
    }

    /// <summary>A prepared block.</summary>
    private struct Turn
    {
        public FlowBlock* Block;
        public ConntrackTuple<TAddress>* Originals;
        public ConntrackTuple<TAddress>* Replies;
        public Link* Heads;
        public uint Buckets;
        public int Count;
        public uint Covered;
    }
}
