using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <content>
/// Clash resolution (<c>nf_ct_resolve_clash</c>): UDP and UDP-Lite from 4.7 on, GRE from 6.5 on, unknown protocols from 7.0 on. It helps
/// two packets of one flow; it never helps two flows that chose the same NAT port, because their ORIGINAL tuples differ and the REPLY
/// tuple is in use.
/// </content>
public sealed unsafe partial class ConntrackTable<TAddress, TEra, TDesign>
{
    /// <summary>Lifetime of an entry that was inserted in reply direction only, ms.</summary>
    private const uint ClashLifetime = 1000;

    /// <summary>Decides what becomes of an entry that clashes with <paramref name="resident"/>. The caller holds the locks or the claims.</summary>
    private ConfirmResult ResolveClash(ref CpuState cpu, uint slot, uint resident, in BucketPair pair, ReplyClaim reply)
    {
        if (ResolvesClashes(Original(slot)->Tuple.Protocol))
        {
            if (CanMerge(resident, slot))
            {
                return CountMerged(ref cpu, resident);
            }

            // A resident that holds the REPLY tuple would only be found again.
            if (_traits.Clash >= ClashRule.InsertReply && reply != ReplyClaim.Refused)
            {
                return InsertReplyOnly(ref cpu, slot, in pair, reply);
            }
        }

        CountDropped(ref cpu);
        return ConfirmResult.Clash;
    }

    /// <summary>Whether packets of one flow that meet at confirm are reconciled (<c>allow_clash</c>).</summary>
    private bool ResolvesClashes(IPProtocol protocol) => protocol switch
    {
        IPProtocol.Udp or IPProtocol.UdpLite => _traits.Clash != ClashRule.Drop,
        IPProtocol.Gre => _traits.GreClash,
        IPProtocol.Tcp or IPProtocol.Icmp or IPProtocol.IcmpV6 or IPProtocol.Sctp or IPProtocol.Dccp => false,
        _ => _traits.GenericClash,
    };

    private ConfirmResult InsertReplyOnly(ref CpuState cpu, uint slot, in BucketPair pair, ReplyClaim reply)
    {
        OriginalNode<TAddress>* first = Original(slot);
        ChainScan scan = LinkReplyOnly(slot, in pair, reply);
        if (!scan.IsClear)
        {
            if (CanMerge(scan.Link >> 1, slot))
            {
                return CountMerged(ref cpu, scan.Link >> 1);
            }

            NoteClash(ref cpu, scan.Link >> 1);
            CountDropped(ref cpu);
            return ConfirmResult.Clash;
        }

        SetDeadline(slot, cpu.Now + ClashLifetime);

        // Release: makes the reply node visible with its deadline. Pairs with the acquire in StillMatches. It is C4 of the lock-free design.
        TDesign.Write(
            ref first->Status,
            (first->Status & ~EntryStatus.ReplyReserved) | EntryStatus.Confirmed | EntryStatus.FixedTimeout | EntryStatus.NatClash);
        if (_traits.ClashCounters == ClashCounters.ClashResolve)
        {
            cpu.Counters.ClashResolve++;
        }

        return ConfirmResult.InsertedReplyOnly;
    }

    private ChainScan LinkReplyOnly(uint slot, in BucketPair pair, ReplyClaim reply)
    {
        const int Unlimited = int.MaxValue - 1;
        uint link = (slot << 1) | 1;
        if (TDesign.IsLockFree)
        {
            return reply == ReplyClaim.Held
                ? new ChainScan(ChainLink.End(pair.Reply), tooLong: false)
                : Claim(ref pair.Buckets.Heads[pair.Reply], link, Unlimited);
        }

        if (HasReservation(slot))
        {
            return new ChainScan(ChainLink.End(pair.Reply), tooLong: false);
        }

        ChainScan scan = TDesign.ReservesReply
            ? WalkReserved(pair.Buckets.Heads[pair.Reply], slot, isReply: true, Unlimited)
            : ScanChain(pair.Buckets.Heads[pair.Reply], in Reply(slot)->Tuple, Unlimited);
        if (scan.IsClear)
        {
            LinkNode(pair.Buckets, pair.Reply, link);
        }

        return scan;
    }

    private bool CanMerge(uint resident, uint loser)
    {
        ulong status = Original(resident)->Status;
        if (!TDesign.IsLockFree && (status & EntryStatus.Dying) != 0 && _traits.Clash != ClashRule.MergeReverse)
        {
            // Up to 6.11 nothing joins an entry that is being removed; 6.12 and later no longer ask. The lock-free design found the entry
            // resident, and that was the moment of the answer.
            return false;
        }

        bool untouchedByNat = (status & EntryStatus.NatDoneMask) == 0;
        return _traits.Clash switch
        {
            ClashRule.MergeWithoutNat => untouchedByNat,
            ClashRule.MergeEqual or ClashRule.InsertReply => untouchedByNat || AreSameFlow(resident, loser),
            _ => AreSameFlow(resident, loser) || AreReversedFlows(resident, loser),
        };
    }

    private bool AreSameFlow(uint a, uint b) =>
        ConntrackTuple<TAddress>.AreEqual(in Original(a)->Tuple, in Original(b)->Tuple)
        && ConntrackTuple<TAddress>.AreEqual(in Reply(a)->Tuple, in Reply(b)->Tuple);

    private bool AreReversedFlows(uint a, uint b) =>
        ConntrackTuple<TAddress>.AreEqual(in Original(a)->Tuple, in Reply(b)->Tuple)
        && ConntrackTuple<TAddress>.AreEqual(in Reply(a)->Tuple, in Original(b)->Tuple);

    /// <summary>4.7 to 5.9 count a merge as <c>insert_failed</c> although nothing is lost.</summary>
    private ConfirmResult CountMerged(ref CpuState cpu, uint resident)
    {
        NoteClash(ref cpu, resident);
        if (_traits.ClashCounters == ClashCounters.ClashResolve)
        {
            cpu.Counters.ClashResolve++;
        }
        else
        {
            cpu.Counters.InsertFailed++;
        }

        return ConfirmResult.Merged;
    }
}
