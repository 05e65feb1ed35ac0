using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Batching;

/// <summary>
/// The short path of the common connection: lookup, port search, by-source insertion and confirm in one pass inside one section. Every
/// chain head is read once; if the compare-and-swap of a claim still finds that head, no node came since the walk, so the answer of the
/// walk is the answer of confirm. The entry is written once, complete.
/// </summary>
/// <remarks>
/// Whatever is unusual leaves before anything is published, and the general path takes the connection from the start: an entry that stands
/// already, an expired or undecided one on the way, a long chain, an earlier connection of the same socket, a search that goes on until it
/// may evict, no slot or no room at hand. Results, counters and draws are those of the general path. Steps C1 to C7 are those of
/// <see cref="LockFreeChains{TAddress, TEra, TDesign}"/>.
/// </remarks>
/// <typeparam name="TAddress">The address family.</typeparam>
/// <typeparam name="TEra">The era's hot traits.</typeparam>
/// <typeparam name="TDesign">A lock-free design.</typeparam>
internal sealed unsafe class ConnectPass<TAddress, TEra, TDesign>
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private readonly ChainTable<TAddress, TEra, TDesign> _chains;
    private readonly BySourceTable<TAddress, TEra, TDesign> _bySource;
    private readonly SlotPool<TAddress, TDesign> _slots;
    private readonly EntryCount<TDesign> _count;
    private readonly Sections<TDesign> _sections;
    private readonly Confirmation<TAddress, TEra, TDesign> _confirmation;
    private readonly PassWalks<TAddress, TEra, TDesign> _walks;
    private readonly EntrySlab<TAddress, TDesign> _slab;

    public ConnectPass(ConntrackTable<TAddress, TEra, TDesign> table)
    {
        (_slots, _count, _sections, _confirmation) = table.Parts;
        _chains = table.Chains;
        _bySource = table.BySource;
        _slab = table.Slab;
        _walks = new PassWalks<TAddress, TEra, TDesign>(table);
    }

    /// <summary>Takes prepared flows until one needs the general path.</summary>
    /// <typeparam name="TBlock">How many there can be: the JIT compiles the loop for each kind.</typeparam>
    /// <param name="random">Its random source.</param>
    /// <param name="run">The flows.</param>
    /// <param name="i">First flow.</param>
    /// <param name="plan">Rule and era.</param>
    /// <returns>The flow that needs it, or the number of flows. If it is <paramref name="i"/>, nothing was done.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public int Take<TBlock>(ref CpuState cpu, ref CpuRandom random, ref FlowRun<TAddress> run, int i, in ConnectPlan<TAddress> plan)
        where TBlock : struct, IBlockShape
    {
        // Room and slots may have to be waited for, which a section must not: two CPUs would wait for each other.
        uint available = _count.ReserveAhead(ref cpu);
        if (available == 0 || !_slots.TryGetAtHand(ref cpu, TBlock.Width, out SlotRun slots))
        {
            return i;
        }

        i = TBlock.Width == 1 ? 0 : i;
        int first = i;
        int end = TBlock.Width == 1 ? 1 : EndOf(in run, i, Math.Min(available, slots.Count));
        FlowBlock* block = run.Block;
        FlowBlock* next = run.Next;
        Link* heads = run.Heads;
        Link* sources = _bySource.Chains.Heads;
        EntrySlab<TAddress, TDesign> slab = _slab;
        CpuRandom draws = random;
        ulong hits = 0;
        uint now = cpu.Now;
        bool keepsAlways = plan.KeepsPort && !plan.HasPorts;
        bool searched = run.Searched;
        _sections.Enter(ref cpu);
        if (_chains.CurrentBuckets().Heads != heads)
        {
            end = i; // a resize came in between: the buckets are of the array before it
        }

        for (; i < end; i++)
        {
            if (TBlock.Width != 1)
            {
                BlockFetch<TAddress, TDesign>.Ahead(in run, next, slab, heads, sources, i, plan.KeepsPort, slots.Ahead);
            }
            else
            {
                Prefetch.Read(slab.Original(slots.Ahead));
            }

            if (TBlock.IsRehearsal && run.Last == ConnectPart.Fetches)
            {
                continue;
            }

            ConntrackTuple<TAddress>* original = run.Originals + i;
            Link* originalHead = heads + block->OriginalBucket[i];
            Link* sourceHead = sources + block->SourceBucket[i];
            Link seenOriginal = TDesign.Read(ref *originalHead); // C1, acquire: pairs with C3, nodes are seen whole
            Link seenSource = TDesign.Read(ref *sourceHead); // C1 of the by-source table; acquire, pairs with C3 there
            if ((int)(seenOriginal.Word & seenSource.Word) >= 0
                && !_walks.IsNew(seenOriginal, seenSource, original, now, plan.KeepsPort))
            {
                break;
            }

            if (TBlock.IsRehearsal && run.Last == ConnectPart.Lookups)
            {
                continue;
            }

            ConntrackTuple<TAddress>* reply = run.Replies + i;
            ulong replyKeys;
            TupleHash replyHash;
            Link* replyHead;
            Link seenReply;
            uint used = 0;
            if (keepsAlways || plan.MayKeep(in *original))
            {
                replyKeys = reply->Keys;
                replyHash = new TupleHash((uint)block->KeptHash[i]);
                replyHead = heads + block->KeptBucket[i];
                seenReply = TDesign.Read(ref *replyHead); // C1, as above
                if (seenReply.IsEnd)
                {
                    searched = false;
                    goto accepted;
                }

                // A port that is in use is the common case here, and its entry the first of its chain.
                if (!PassWalks<TAddress, TEra, TDesign>.IsTakenByFirst(slab, seenReply, reply, original, now))
                {
                    PassAnswer answer = _walks.WalkForTaken(seenReply, reply, replyKeys, original, now);
                    if (answer == PassAnswer.Free)
                    {
                        searched = false;
                        goto accepted;
                    }

                    if (answer == PassAnswer.Unusual)
                    {
                        break;
                    }
                }

                used = 1;
            }

            if (TBlock.IsRehearsal && run.Last == ConnectPart.KeptPort)
            {
                continue;
            }

            searched = true;
            ushort offset = draws.Next16();
            replyKeys = block->FirstKeys[i];
            replyHash = new TupleHash((uint)block->FirstHash[i]);
            replyHead = heads + block->FirstBucket[i];
            seenReply = TDesign.Read(ref *replyHead); // C1, as above
            if (offset != block->FirstOffset[i] || !seenReply.IsEnd)
            {
                int more = _walks.SearchOn(ref run, i, offset, seenReply, now, in plan);
                if (more < 0)
                {
                    draws.Skip(-1); // the general path makes the draw
                    break;
                }

                replyKeys = run.Found.Keys;
                replyHash = run.Found.Hash;
                replyHead = run.Found.Head;
                seenReply = run.Found.Seen;
                used += (uint)more;
            }

        accepted:
            hits += used;
            if (TBlock.IsRehearsal && run.Last <= ConnectPart.Search)
            {
                continue;
            }

            Slot slot = slots.Take();
            var originalHash = new TupleHash((uint)block->OriginalHash[i]);
            ulong status = Write(slab, slot, original, reply, replyKeys, seenOriginal, seenReply, seenSource, now, in plan);
            if (TBlock.IsRehearsal)
            {
                slab.SetStatus(slot, status & ~(ulong)uint.MaxValue); // nobody sees the entry, and its slot stays free
                continue;
            }

            // C3 of the by-source table, full fence: the entry's tuples and link are visible before it is. Pairs with the acquires of
            // WalkSources.
            if (TDesign.CompareExchange(ref *sourceHead, slot.Reply, seenSource).Word != seenSource.Word)
            {
                TDesign.LinkSource(_bySource, (uint)block->SourceBucket[i], slot);
            }

            // Which claim comes first is a coin toss that no branch predictor can guess, so masks select.
            ulong order = (ulong)(((long)replyHash.Value - originalHash.Value) >> 63);
            if (replyHash.Value == originalHash.Value)
            {
                order = PassWalks<TAddress, TEra, TDesign>.IsReplyLower(slab, slot) ? ulong.MaxValue : 0;
            }

            ulong headDifference = ((ulong)originalHead ^ (ulong)replyHead) & order;
            uint seenDifference = (seenOriginal.Word ^ seenReply.Word) & (uint)order;
            Link* firstHead = (Link*)((ulong)originalHead ^ headDifference);
            Link* secondHead = (Link*)((ulong)replyHead ^ headDifference);
            var firstLink = new Link(slot.Original.Word - (uint)order);
            var firstSeen = new Link(seenOriginal.Word ^ seenDifference);
            var secondSeen = new Link(seenReply.Word ^ seenDifference);

            // C3, full fence: tuples, deadline and link are visible before the node is. Pairs with C1, C6 and the acquires of Walk. The
            // head is the one that was walked, so what the walk found free is free still. Twice: the lower tuple, then the other one.
            bool held = TDesign.CompareExchange(ref *firstHead, firstLink, firstSeen).Word == firstSeen.Word;
            if (held && TDesign.CompareExchange(ref *secondHead, firstLink.Other, secondSeen).Word == secondSeen.Word)
            {
                Debug.Assert((status & (EntryStatus.Confirmed | EntryStatus.Dying)) == 0, "an entry is confirmed once");

                // C4, release: makes both nodes visible at once. Pairs with the acquire in StillMatches and with C5.
                TDesign.Write(ref slab.Original(slot)->Status, status | EntryStatus.Confirmed);
                if (TBlock.Width == 1)
                {
                    i = 1;
                    break;
                }

                continue;
            }

            // The chain changed since the walk: the claims that are left are made as ever.
            random = draws;
            Settle(ref cpu, taken: i - first + 1, confirmed: i - first, hits, in plan);
            ConfirmResult late = _confirmation.ConfirmAfterPass(ref cpu, slot, new HashPair(originalHash, replyHash), held, order != 0);
            run.Inserted += i - first + (late == ConfirmResult.Inserted ? 1 : 0);
            run.Searched = searched;
            Sections<TDesign>.Leave(ref cpu);
            return i + 1;
        }

        Sections<TDesign>.Leave(ref cpu);
        random = draws;
        if (TBlock.IsRehearsal)
        {
            return i;
        }

        Settle(ref cpu, taken: i - first, confirmed: i - first, hits, in plan);
        run.Inserted += i - first;
        run.Searched = searched;
        return i;
    }

    /// <summary>Writes an entry whole. Nobody can see it yet, but readers may stand on the slot since its last life.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Write(
        EntrySlab<TAddress, TDesign> slab,
        Slot slot,
        ConntrackTuple<TAddress>* original,
        ConntrackTuple<TAddress>* reply,
        ulong replyKeys,
        Link seenOriginal,
        Link seenReply,
        Link seenSource,
        uint now,
        in ConnectPlan<TAddress> plan)
    {
        OriginalNode<TAddress>* first = slab.Original(slot);
        ReplyNode<TAddress>* second = slab.Reply(slot);
        ulong status = plan.TcpStatus;
        uint lifetime = plan.TcpLifetime;
        uint end = 0;
        if (original->Protocol != IPProtocol.Tcp)
        {
            status = plan.Status;
            lifetime = original->Protocol == IPProtocol.Udp ? plan.UdpLifetime : plan.IcmpLifetime;
            end = now;
        }

        status |= (ulong)EntryStatus.Generation(first->Status) << 32;
        SharedTuple<TAddress, TDesign>.Write(ref first->Tuple, in *original);
        slab.SetNext(slot.Original, seenOriginal);
        slab.SetDeadline(slot, lifetime + now);
        slab.SetStatus(slot, status);
        SharedTuple<TAddress, TDesign>.Write(ref second->Tuple, in *reply, replyKeys);
        slab.SetNext(slot.Reply, seenReply);
        slab.SetBySourceNext(slot, seenSource);
        slab.SetTdEnd(slot, end);
        return status;
    }

    /// <summary>The flow before which the pass ends at the latest: the first that the plan does not cover, or that has no slot.</summary>
    private static int EndOf(in FlowRun<TAddress> run, int first, uint available)
    {
        uint covered = (uint)BitOperations.TrailingZeroCount(~(run.Covered >> first));
        return (int)Math.Min((uint)run.Count, (uint)first + Math.Min(available, covered));
    }

    /// <summary>
    /// Takes what the pass used from the CPU's own state, and moves its counters. Every flow that it took probed one tuple that was free,
    /// the last one.
    /// </summary>
    private void Settle(ref CpuState cpu, int taken, int confirmed, ulong hits, in ConnectPlan<TAddress> plan)
    {
        _slots.TakeAway(ref cpu, taken);
        cpu.Reserved -= (uint)taken;
        cpu.ShortPath += (ulong)taken;
        cpu.Probes += hits + (uint)taken;
        cpu.Hits += hits;
        cpu.Counters.Found += (uint)hits;
        if (plan.DrawsChainLimit)
        {
            cpu.Random.Skip(confirmed); // the limit that each would have drawn and no chain has reached
        }

        if (confirmed > 0)
        {
            cpu.LastClashWith = Slot.None;
        }
    }
}
