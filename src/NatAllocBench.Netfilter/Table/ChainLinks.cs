using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// <para>Links of the lock-free design, in the table's chains and in those of the by-source table. A link has two parts: where it
/// points, and in bit 30 whether the node that holds it is removed. A marked link never changes again, so nothing can be linked behind a
/// removed node and no removal behind it gets lost.</para>
/// <list type="number">
/// <item>Kill: K1 compare-and-swap DYING into the status word: the linearization point of a removal
/// (<see cref="EntryLife{TAddress, TEra, TDesign}.Kill"/>).</item>
/// <item>Mark: K2 set the mark in the node's own link.</item>
/// <item>Unlink: K3 walk from the head; K4 swing the link in front of every marked node on the way past it. If that link changed or is
/// marked itself, again from the head. When the node was passed or swung out, no new walk can meet it.</item>
/// </list>
/// <para>A reader on a removed node follows its frozen link and comes to every older node that is still linked. Progress: linking
/// and unlinking are lock-free; a failed compare-and-swap means that another CPU linked or unlinked in the same chain.</para>
/// </summary>
internal static unsafe class ChainLinks<TAddress, TDesign>
    where TAddress : unmanaged, IAddress<TAddress>
    where TDesign : struct, ITableDesign
{
    /// <summary>Where the next link of a node is; a type parameter, so that both tables share the walk.</summary>
    internal interface ILinkField
    {
        static abstract ref Link Of(EntrySlab<TAddress, TDesign> slab, Link node);
    }

    /// <summary>K2.</summary>
    public static void Mark(ref Link link) =>
        // K2, full fence: the link is frozen before K3 reads it. Pairs with C3 and K4 of other CPUs, which fail on a marked link.
        TDesign.Or(ref link, Link.Mark);

    /// <summary>K3 and K4: makes sure that a marked node is out of its chain.</summary>
    public static void UnlinkMarked<TField>(EntrySlab<TAddress, TDesign> slab, ref Link head, Link node)
        where TField : struct, ILinkField
    {
    restart:
        ref Link at = ref head;
        Link link = TDesign.Read(ref at); // K3, acquire: pairs with C3
        while (!link.IsEnd)
        {
            if (link.IsMarked)
            {
                goto restart; // the node whose link this is was removed under the walk
            }

            ref Link field = ref TField.Of(slab, link);
            Link next = TDesign.Read(ref field); // K3, acquire: pairs with C3, K2 and K4
            if (!next.IsMarked && (TDesign.Keeps(ProtocolStep.MarkBeforeUnlink) || link != node))
            {
                at = ref field;
                link = next;
                continue;
            }

            // K4, full fence: pairs with C1, C6 and K3 of walks that begin later, and through S5 and S6 with the reuse of the slot.
            if (TDesign.CompareExchange(ref at, next.WithoutMark, link) != link)
            {
                goto restart;
            }

            if (link == node)
            {
                return;
            }

            link = next.WithoutMark;
        }
    }

    /// <summary>Links of the table's chains.</summary>
    internal readonly struct TupleLinks : ILinkField
    {
        public static ref Link Of(EntrySlab<TAddress, TDesign> slab, Link node) => ref slab.Node(node)->Next;
    }

    /// <summary>Links of the by-source chains.</summary>
    internal readonly struct SourceLinks : ILinkField
    {
        public static ref Link Of(EntrySlab<TAddress, TDesign> slab, Link node) => ref slab.Reply(node.Slot)->BySourceNext;
    }
}
