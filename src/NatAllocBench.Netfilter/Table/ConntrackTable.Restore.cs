using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <content>
/// Entries that enter the table ready-made instead of by a packet, as a restore over ctnetlink does
/// (<c>ctnetlink_create_conntrack</c>, <c>nf_conntrack_hash_check_insert</c>). Deviates: the counter <c>insert</c> does not move, so
/// that a table filled beforehand starts with counters at 0.
/// </content>
public sealed unsafe partial class ConntrackTable<TAddress, TEra, TDesign>
{
    private const int UnlimitedChain = int.MaxValue - 1;

    /// <summary>
    /// Inserts a confirmed entry with the given tuples and status. With <see cref="EntryStatus.SourceNatDone"/> it also enters the
    /// by-source table, as its newest entry.
    /// </summary>
    /// <param name="cpu">The calling CPU, with the clock set.</param>
    /// <param name="original">The ORIGINAL tuple.</param>
    /// <param name="reply">The REPLY tuple.</param>
    /// <param name="status">Status bits and TCP state; <see cref="EntryStatus.Confirmed"/> is added.</param>
    /// <param name="lifetime">Time to expiry, ms, 1 to 2^31 - 1.</param>
    /// <param name="tdEnd">TCP: sequence number behind the last segment of the original direction.</param>
    /// <returns>The slot; or <see cref="CpuState.NoSlot"/> if the table is full or has one of the tuples already.</returns>
    public uint Restore(
        ref CpuState cpu,
        in ConntrackTuple<TAddress> original,
        in ConntrackTuple<TAddress> reply,
        ulong status,
        uint lifetime,
        uint tdEnd = 0)
    {
        uint originalHash = Hash(in original);
        uint slot = Create(ref cpu, in original, originalHash, tdEnd);
        if (slot == CpuState.NoSlot)
        {
            return slot;
        }

        OriginalNode<TAddress>* first = Original(slot);
        SetStatus(slot, ((ulong)EntryStatus.Generation(first->Status) << 32) | (uint)(status & ~EntryStatus.Confirmed));
        SetDeadline(slot, cpu.Now + lifetime);
        SharedTuple<TAddress, TDesign>.Write(ref Reply(slot)->Tuple, in reply);
        if ((status & EntryStatus.SourceNatDone) != 0)
        {
            AddBySource(slot);
        }

        Enter(ref cpu);
        bool inserted = TDesign.IsLockFree
            ? RestoreLockFree(slot, originalHash, Hash(in reply))
            : RestoreLocked(slot, originalHash, Hash(in reply));
        if (!inserted)
        {
            FreeEntry(ref cpu, slot);
        }

        Leave(ref cpu);
        return inserted ? slot : CpuState.NoSlot;
    }

    private bool RestoreLocked(uint slot, uint originalHash, uint replyHash)
    {
        OriginalNode<TAddress>* first = Original(slot);
        BucketPair pair = LockPair(originalHash, replyHash);
        bool isFree = ScanChain(pair.Buckets.Heads[pair.Original], in first->Tuple, UnlimitedChain).IsClear
            && ScanChain(pair.Buckets.Heads[pair.Reply], in Reply(slot)->Tuple, UnlimitedChain).IsClear;
        if (isFree)
        {
            LinkNode(pair.Buckets, pair.Original, slot << 1);
            LinkNode(pair.Buckets, pair.Reply, (slot << 1) | 1);

            // Release: makes the entry visible, as in Confirm. Pairs with the acquire in StillMatches.
            TDesign.Write(ref first->Status, first->Status | EntryStatus.Confirmed);
        }

        ExitPair(in pair);
        return isFree;
    }

    /// <summary>Claims both tuples in the order in which a confirm claims them, and makes the entry visible.</summary>
    private bool RestoreLockFree(uint slot, uint originalHash, uint replyHash)
    {
        OriginalNode<TAddress>* first = Original(slot);
        BucketPair pair = PairOf(CurrentBuckets(), originalHash, replyHash);
        bool replyFirst = replyHash != originalHash
            ? replyHash < originalHash
            : ConntrackTuple<TAddress>.Order(in Reply(slot)->Tuple, in first->Tuple) < 0;
        uint lower = (slot << 1) | (replyFirst ? 1u : 0);
        ref uint lowerHead = ref pair.Buckets.Heads[replyFirst ? pair.Reply : pair.Original];
        if (!Claim(ref lowerHead, lower, UnlimitedChain).IsClear)
        {
            return false;
        }

        if (!Claim(ref pair.Buckets.Heads[replyFirst ? pair.Original : pair.Reply], lower ^ 1, UnlimitedChain).IsClear)
        {
            Withdraw(ref lowerHead, lower);
            return false;
        }

        // C4, release: as in ConfirmLockFree.
        TDesign.Write(ref first->Status, first->Status | EntryStatus.Confirmed);
        return true;
    }

    /// <summary>Puts a TCP entry into a state without a segment. No other CPU may use the entry meanwhile.</summary>
    internal void SetTcp(uint slot, TcpState state, uint tdEnd)
    {
        Original(slot)->Status = EntryStatus.WithState(Original(slot)->Status, state);
        Reply(slot)->TdEnd = tdEnd;
    }
}
