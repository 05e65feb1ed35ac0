using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <content>The two probes of the allocator that are more than a lookup: the reverse-clash exemption and the eviction.</content>
public sealed unsafe partial class ConntrackTable<TAddress, TEra, TDesign>
{
    /// <summary>
    /// The "original first" probe of step 1: taken as ever, but from 6.12 (6.11.4, 6.6.57) on not if the resident is the exact reverse
    /// of this untranslated flow and the protocol can resolve the clash (<c>nf_nat_used_tuple_new</c>).
    /// </summary>
    /// <param name="cpu">The calling CPU, inside a section.</param>
    /// <param name="tuple">The tuple of the packet.</param>
    /// <param name="reply">Its inverse.</param>
    /// <param name="hash">The hash of <paramref name="reply"/>.</param>
    /// <param name="self">Slot of the asking connection.</param>
    internal bool IsUsedByOther(
        ref CpuState cpu, in ConntrackTuple<TAddress> tuple, in ConntrackTuple<TAddress> reply, uint hash, uint self)
    {
        if (!IsTakenHere(ref cpu, in reply, hash, self))
        {
            return false;
        }

        if (_traits.OriginalFirst < OriginalFirst.ReverseExempt
            || !ResolvesClashes(tuple.Protocol)
            || !IsReverseClash(ref cpu, in tuple, in reply, self))
        {
            return true;
        }

        cpu.Hits--; // the answer is "free" after all; the kernel's found has moved and stays
        return false;
    }

    private bool IsReverseClash(
        ref CpuState cpu, in ConntrackTuple<TAddress> tuple, in ConntrackTuple<TAddress> reply, uint self)
    {
        // The first variant took the number of the bit SEQ_ADJUST, 6, for its mask: whoever was answered or is ASSURED is not exempt.
        ulong excluded = EntryStatus.NatMask | (_traits.OriginalFirst == OriginalFirst.ReverseExempt
            ? EntryStatus.SeenReply | EntryStatus.Assured
            : EntryStatus.SequenceAdjust);
        if ((Status(self) & excluded) != 0)
        {
            return false;
        }

        if (!TryFindHere(ref cpu, in tuple, Hash(in tuple), out EntryReference resident)
            && (_traits.OriginalFirst == OriginalFirst.ReverseExempt || !TryFindHere(ref cpu, in reply, Hash(in reply), out resident)))
        {
            return true; // whoever held the tuple a moment ago is gone
        }

        // The first two variants also need the match in reply direction, and both tuples of the resident to be ours reversed.
        if (_traits.OriginalFirst != OriginalFirst.ReverseExemptAnyDirection
            && (resident.Direction == Direction.Original
                || !ConntrackTuple<TAddress>.AreEqual(in Reply(resident.Slot)->Tuple, in Original(self)->Tuple)))
        {
            return false;
        }

        return (resident.Status & excluded) == 0
            && ConntrackTuple<TAddress>.AreEqual(in Original(resident.Slot)->Tuple, in Reply(self)->Tuple);
    }

    /// <summary>
    /// The harder probe of 6.5 and later (<c>nf_nat_used_tuple_harder</c>): a closing TCP entry that a new SYN may replace is removed and
    /// its port is free. Moves neither <c>found</c> nor spares entries of the same origin.
    /// </summary>
    internal bool IsUsedAfterEviction(ref CpuState cpu, in ConntrackTuple<TAddress> reply, uint hash, uint self)
    {
        if (reply.Protocol != IPProtocol.Tcp || EntryStatus.State(Status(self)) != TcpState.SynSent)
        {
            return IsTakenHere(ref cpu, in reply, hash, self);
        }

        cpu.Probes++;
        if (!TryFindHere(ref cpu, in reply, hash, out EntryReference resident))
        {
            return false;
        }

        if (CanEvict(in resident, self) && KillHere(ref cpu, resident))
        {
            cpu.Evictions++;
            return (resident.Status & (EntryStatus.Offload | EntryStatus.HardwareOffload)) != 0;
        }

        cpu.Hits++;
        return true;
    }

    private bool CanEvict(in EntryReference resident, uint self) =>
        resident.Direction == Direction.Reply
        && resident.Slot != self
        && EntryStatus.State(resident.Status) >= TcpState.TimeWait
        && (resident.Status & (EntryStatus.FixedTimeout | EntryStatus.Dying)) == 0
        && (resident.Status & EntryStatus.SourceNat) != 0
        && (int)(Reply(self)->TdEnd - Reply(resident.Slot)->TdEnd) > 0;

    /// <summary>
    /// Gives an unconfirmed entry the REPLY tuple of a mapping (<c>nf_conntrack_alter_reply</c>); returns whether it had another one.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool ChangeReply(uint slot, in ConntrackTuple<TAddress> mapping)
    {
        ref ConntrackTuple<TAddress> reply = ref Reply(slot)->Tuple;
        mapping.InvertTo(out ConntrackTuple<TAddress> changed);
        if (ConntrackTuple<TAddress>.AreEqual(in changed, in reply))
        {
            return false;
        }

        SharedTuple<TAddress, TDesign>.WriteInverse(ref reply, in mapping);
        return true;
    }

    /// <summary>Sets bits of an unconfirmed entry, which only its CPU touches.</summary>
    internal void AddStatus(uint slot, ulong bits) => SetStatus(slot, Original(slot)->Status | bits);
}
