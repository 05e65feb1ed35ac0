using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Batching;

/// <summary>What the walk of a chain says about a tuple.</summary>
internal enum PassAnswer
{
    /// <summary>No node has it.</summary>
    Free,

    /// <summary>A resident entry of another flow has it.</summary>
    Taken,

    /// <summary>The general path has to look.</summary>
    Unusual,
}

/// <summary>The walks of <see cref="ConnectPass{TAddress, TEra, TDesign}"/>. They change nothing; all run inside its section.</summary>
internal sealed unsafe class PassWalks<TAddress, TEra, TDesign>(ConntrackTable<TAddress, TEra, TDesign> table)
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    /// <summary>Nodes that a walk passes; below the shortest limit of a chain that any era draws.</summary>
    private const int LongestWalk = 4;

    private readonly EntrySlab<TAddress, TDesign> _slab = table.Slab;

    /// <summary>Order of the claims where both hashes are equal.</summary>
    public static bool IsReplyLower(EntrySlab<TAddress, TDesign> slab, Slot slot) =>
        ConntrackTuple<TAddress>.Order(in slab.Reply(slot)->Tuple, in slab.Original(slot)->Tuple) < 0;

    /// <summary>Whether a covered flow has no entry yet and, where it may keep its port, no earlier connection of its socket.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool IsNew(Link seenOriginal, Link seenSource, ConntrackTuple<TAddress>* original, uint now, bool keepsPort) =>
        (seenOriginal.IsEnd || WalkForTaken(seenOriginal, original, original->Keys, original, now) == PassAnswer.Free)
        && (!keepsPort || seenSource.IsEnd || !HasSource(seenSource, original));

    /// <summary>Whether the first node of a chain says already that a tuple is taken.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsTakenByFirst(
        EntrySlab<TAddress, TDesign> slab, Link link, ConntrackTuple<TAddress>* tuple, ConntrackTuple<TAddress>* original, uint now)
    {
        Link at = link.Target;
        return HasTuple(ref slab.Node(at)->Tuple, tuple, tuple->Keys)
            && (int)(slab.Deadline(at.Slot) - now) > 0
            && IsResidentOfOther(slab, at.Slot, original);
    }

    /// <summary>C2 and the probe at once: walks a chain for a tuple.</summary>
    /// <param name="link">Its head.</param>
    /// <param name="addresses">A tuple with the addresses.</param>
    /// <param name="original">ORIGINAL tuple of the flow that asks.</param>
    /// <param name="now">The clock.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public PassAnswer WalkForTaken(
        Link link, ConntrackTuple<TAddress>* addresses, ulong keys, ConntrackTuple<TAddress>* original, uint now)
    {
        int passed = 0;
        do
        {
            Link at = link.Target;
            TupleNode<TAddress>* node = _slab.Node(at);
            link = TDesign.Read(ref node->Next); // C6, acquire: pairs with C3 of the next node and with K2
            if ((int)(_slab.Deadline(at.Slot) - now) <= 0)
            {
                return PassAnswer.Unusual; // expired: the general path removes it
            }

            if (HasTuple(ref node->Tuple, addresses, keys))
            {
                return AnswerOf(at.Slot, original);
            }
        }
        while (!link.IsEnd && ++passed < LongestWalk);

        return link.IsEnd ? PassAnswer.Free : PassAnswer.Unusual;
    }

    /// <summary>
    /// The first candidate is not the one that was hashed ahead, or its chain is not empty: goes on from there. Where few chains have
    /// nodes, the candidate itself is the likely reason, so the head of the next one comes while the chain is walked.
    /// </summary>
    /// <param name="run">The flows; receives the candidate.</param>
    /// <param name="offset">The draw.</param>
    /// <param name="seen">Head of the chain of <see cref="FlowBlock.FirstKeys"/>.</param>
    /// <param name="now">The clock.</param>
    /// <param name="plan">The rule.</param>
    /// <returns>
    /// How many candidates were in use before the one in <see cref="FlowRun{TAddress}.Found"/>; -1 if the general path has to search.
    /// </returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public int SearchOn(ref FlowRun<TAddress> run, int flow, ushort offset, Link seen, uint now, in ConnectPlan<TAddress> plan)
    {
        ConntrackTuple<TAddress>* original = run.Originals + flow;
        ConntrackTuple<TAddress>* reply = run.Replies + flow;
        PortCandidates candidates = plan.CandidatesFor(in *original);
        uint attempts = plan.AttemptsFor(in *original, in candidates);
        var at = new FoundCandidate
        {
            Keys = run.Block->FirstKeys[flow],
            Hash = new TupleHash((uint)run.Block->FirstHash[flow]),
            Head = run.Heads + run.Block->FirstBucket[flow],
        };
        if (offset != run.Block->FirstOffset[flow])
        {
            at = CandidateOf(ref run, flow, offset, in candidates);
            seen = TDesign.Read(ref *at.Head); // C1, acquire: pairs with C3, nodes are seen whole
        }

        for (uint used = 0; used < attempts; used++)
        {
            FoundCandidate next = at;
            PassAnswer answer = PassAnswer.Free;
            if (!seen.IsEnd)
            {
                if (!run.FetchesNodes)
                {
                    Prefetch.Read(_slab.Node(seen.Target));
                    next = CandidateOf(ref run, flow, ++offset, in candidates);
                    FetchHead(in run, next.Head);
                }

                answer = WalkForTaken(seen, reply, at.Keys, original, now);
            }

            if (answer != PassAnswer.Taken)
            {
                run.Found = at;
                run.Found.Seen = seen;
                return answer == PassAnswer.Free ? (int)used : -1;
            }

            at = run.FetchesNodes ? CandidateOf(ref run, flow, ++offset, in candidates) : next;
            seen = TDesign.Read(ref *at.Head); // C1, as above
        }

        return -1;
    }

    /// <summary>The keys of a REPLY tuple with another candidate: an ICMP id is in the source key of both directions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong WithKey(ulong replyKeys, ushort key, bool isIcmp) =>
        isIcmp ? (replyKeys & ~0xFFFFUL) | key : (replyKeys & ~0xFFFF0000UL) | ((ulong)key << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasTuple(ref ConntrackTuple<TAddress> shared, ConntrackTuple<TAddress>* addresses, ulong keys)
    {
        SharedTuple<TAddress, TDesign>.AnnounceKeys(AccessKind.Read, ref shared);
        ulong difference = shared.Keys ^ keys;
        if (TAddress.WordCount > 1 && difference != 0)
        {
            return false;
        }

        SharedTuple<TAddress, TDesign>.AnnounceAddresses(AccessKind.Read, ref shared);
        return (difference | shared.AddressDifference(in *addresses)) == 0;
    }

    /// <summary>
    /// A node has the tuple. An undecided entry has to be waited for, a dying one passed over, one of the very same flow left to clash
    /// resolution: all of it is for the general path.
    /// </summary>
    private PassAnswer AnswerOf(Slot slot, ConntrackTuple<TAddress>* original) =>
        IsResidentOfOther(_slab, slot, original) ? PassAnswer.Taken : PassAnswer.Unusual;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsResidentOfOther(EntrySlab<TAddress, TDesign> slab, Slot slot, ConntrackTuple<TAddress>* original)
    {
        // C5, acquire: pairs with C4 (the entry is whole) and with K1.
        ulong status = TDesign.Read(ref slab.Original(slot)->Status);
        return (status & (EntryStatus.Confirmed | EntryStatus.Dying)) == EntryStatus.Confirmed
            && !SharedTuple<TAddress, TDesign>.AreEqual(ref slab.Original(slot)->Tuple, in *original);
    }

    private bool HasSource(Link link, ConntrackTuple<TAddress>* original)
    {
        while (!link.IsEnd)
        {
            Slot slot = link.Target.Slot;
            link = TDesign.Read(ref _slab.Reply(slot)->BySourceNext); // acquire: pairs with C3 of the by-source table
            if (_slab.HasSource(slot, in *original))
            {
                return true;
            }
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FetchHead(in FlowRun<TAddress> run, Link* head)
    {
        if (run.IsForWriting)
        {
            Prefetch.Write(head, head, head, head);
            return;
        }

        Prefetch.Read(head);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private FoundCandidate CandidateOf(ref FlowRun<TAddress> run, int flow, ushort offset, in PortCandidates candidates)
    {
        FoundCandidate candidate = default;
        candidate.Keys = WithKey(run.Replies[flow].Keys, candidates.KeyAt(offset), candidates.IsIcmp);
        candidate.Hash = new TupleHash(Hash(ref run, flow, candidate.Keys, candidates.IsIcmp));
        candidate.Head = run.Heads + candidate.Hash.Bucket(run.Buckets);
        return candidate;
    }

    // A number: a struct that a call returns goes through memory.
    private uint Hash(ref FlowRun<TAddress> run, int flow, ulong keys, bool isIcmp)
    {
        if (run.HasPrefixes && !isIcmp)
        {
            ulong* prefix = run.Block->Prefix + flow;
            SipState state;
            state.V0 = prefix[0];
            state.V1 = prefix[FlowBlock.Width];
            state.V2 = prefix[2 * FlowBlock.Width];
            state.V3 = prefix[3 * FlowBlock.Width];
            return (uint)state.Finish(TupleWords.Last(keys));
        }

        ConntrackTuple<TAddress> tuple = run.Replies[flow];
        tuple.Keys = keys;
        return table.Hash(in tuple).Value;
    }
}
