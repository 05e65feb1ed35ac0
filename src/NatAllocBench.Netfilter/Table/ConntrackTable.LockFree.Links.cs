using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Table;

/// <content>
/// <para>Links of the lock-free design, in the table's chains and in those of the by-source table. A link has two parts: where it
/// points, and in bit 30 whether the node that holds it is removed. A marked link never changes again, so nothing can be linked behind a
/// removed node and no removal behind it gets lost.</para>
/// <list type="number">
/// <item>Kill: K1 compare-and-swap DYING into the status word: the linearization point of a removal (<c>Expiry</c>).</item>
/// <item>Mark: K2 set the mark in the node's own link.</item>
/// <item>Unlink: K3 walk from the head; K4 swing the link in front of every marked node on the way past it. If that link changed or is
/// marked itself, again from the head. When the node was passed or swung out, no new walk can meet it.</item>
/// </list>
/// <para>A reader on a removed node follows its frozen link and comes to every older node that is still linked. Progress: linking
/// and unlinking are lock-free; a failed compare-and-swap means that another CPU linked or unlinked in the same chain.</para>
/// </content>
public sealed unsafe partial class ConntrackTable<TAddress, TEra, TDesign>
{
    /// <summary>Where the next link of a node stands; a type parameter, so that both tables share the walk.</summary>
    private interface ILinkField
    {
        static abstract ref uint Of(ConntrackTable<TAddress, TEra, TDesign> table, uint node);
    }

    /// <summary>C3: links a node in front of what was the head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryLink(ref uint head, uint seen, uint link)
    {
        SetNext(link, seen);

        // C3, full fence: tuple, deadline and link are visible before the node is. Pairs with C1, C6 and the acquires of Walk.
        return TDesign.CompareExchange(ref head, link, seen) == seen;
    }

    /// <summary>Takes back a claim: the entry was never visible.</summary>
    private void Withdraw(ref uint head, uint link)
    {
        if (TDesign.Keeps(ProtocolStep.MarkBeforeUnlink))
        {
            Mark(ref Node(link)->Next);
        }

        UnlinkMarked<TupleLinks>(ref head, link);
        if (!TDesign.Keeps(ProtocolStep.MarkBeforeUnlink))
        {
            Mark(ref Node(link)->Next);
        }
    }

    /// <summary>Removes both nodes of an entry that the caller alone has marked DYING.</summary>
    private void UnlinkEntry(in BucketPair pair, uint slot)
    {
        bool replyOnly = (Original(slot)->Status & EntryStatus.NatClash) != 0;
        if (!replyOnly)
        {
            Withdraw(ref pair.Buckets.Heads[pair.Original], slot << 1);
        }

        Withdraw(ref pair.Buckets.Heads[pair.Reply], (slot << 1) | 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void LinkBySource(ref uint head, uint slot)
    {
        uint seen = TDesign.Read(ref head); // C1: a first guess for the compare-and-swap, which orders
        while (true)
        {
            SetBySourceNext(slot, seen);

            // C3, full fence: the entry's tuples and link are visible before the entry is. Pairs with the acquires of WalkSources. Wants
            // no section: the link written is the present head whatever became of it since.
            uint now = TDesign.CompareExchange(ref head, slot, seen);
            if (now == seen)
            {
                return;
            }

            seen = now;
        }
    }

    private void UnlinkBySource(ref uint head, uint slot)
    {
        Mark(ref Reply(slot)->BySourceNext);
        UnlinkMarked<SourceLinks>(ref head, slot);
    }

    /// <summary>K2.</summary>
    private static void Mark(ref uint link) =>
        // K2, full fence: the link is frozen before K3 reads it. Pairs with C3 and K4 of other CPUs, which fail on a marked link.
        TDesign.Or(ref link, ChainLink.Mark);

    /// <summary>K3 and K4: makes sure that a marked node is out of its chain.</summary>
    private void UnlinkMarked<TField>(ref uint head, uint node)
        where TField : struct, ILinkField
    {
    restart:
        ref uint at = ref head;
        uint link = TDesign.Read(ref at); // K3, acquire: pairs with C3
        while (!ChainLink.IsEnd(link))
        {
            if (ChainLink.IsMarked(link))
            {
                goto restart; // the node whose link this is was removed under the walk
            }

            ref uint field = ref TField.Of(this, link);
            uint next = TDesign.Read(ref field); // K3, acquire: pairs with C3, K2 and K4
            if (!ChainLink.IsMarked(next) && (TDesign.Keeps(ProtocolStep.MarkBeforeUnlink) || link != node))
            {
                at = ref field;
                link = next;
                continue;
            }

            // K4, full fence: pairs with C1, C6 and K3 of walks that begin later, and through S5 and S6 with the reuse of the slot.
            if (TDesign.CompareExchange(ref at, next & ~ChainLink.Mark, link) != link)
            {
                goto restart;
            }

            if (link == node)
            {
                return;
            }

            link = next & ~ChainLink.Mark;
        }
    }

    private readonly struct TupleLinks : ILinkField
    {
        public static ref uint Of(ConntrackTable<TAddress, TEra, TDesign> table, uint node) => ref table.Node(node)->Next;
    }

    private readonly struct SourceLinks : ILinkField
    {
        public static ref uint Of(ConntrackTable<TAddress, TEra, TDesign> table, uint node) => ref table.Reply(node)->BySourceNext;
    }
}
