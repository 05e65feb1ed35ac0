using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// Memory of the entries: two nodes a slot, and the accesses to their words; <see cref="TupleNode{TAddress}"/> has the drawing.
/// </summary>
/// <param name="nodes">First node.</param>
internal readonly unsafe struct EntrySlab<TAddress, TDesign>(byte* nodes)
    where TAddress : unmanaged, IAddress<TAddress>
    where TDesign : struct, ISharedAccess
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public OriginalNode<TAddress>* Original(Slot slot) => (OriginalNode<TAddress>*)(nodes + ((long)slot.Number * 2 * TAddress.NodeSize));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReplyNode<TAddress>* Reply(Slot slot) =>
        (ReplyNode<TAddress>*)(nodes + (((long)slot.Number * 2) + 1) * TAddress.NodeSize);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TupleNode<TAddress>* Node(Link link) => (TupleNode<TAddress>*)(nodes + ((long)link.Word * TAddress.NodeSize));

    /// <summary>The status word of an entry; see <see cref="EntryStatus"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    // Pairs with the release that set CONFIRMED: who sees the bit sees the entry whole.
    public ulong Status(Slot slot) => TDesign.Read(ref Original(slot)->Status);

    /// <summary>Sets bits of an entry that only its CPU touches.</summary>
    public void AddStatus(Slot slot, ulong bits) => SetStatus(slot, Original(slot)->Status | bits);

    /// <summary>
    /// Gives an unconfirmed entry the REPLY tuple of a mapping (<c>nf_conntrack_alter_reply</c>); returns whether it had another one.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool ChangeReply(Slot slot, in ConntrackTuple<TAddress> mapping)
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

    /// <summary>The generation of a slot, for a first look. Nothing else of the status counts for the caller.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    // Acquire: what is read after it is of this generation or of a later one. Pairs with Free.
    public uint Generation(Slot slot) => TDesign.Read(ref *EntryStatus.GenerationIn(&Original(slot)->Status));

    /// <summary>A plain load, for a second look after a load fence.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint PlainGeneration(Slot slot)
    {
        uint* generation = EntryStatus.GenerationIn(&Original(slot)->Status);
        TDesign.Plain(AccessKind.Read, generation, sizeof(uint));
        return *generation;
    }

    /// <summary>A plain store of the status of an unconfirmed entry, which only its CPU changes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetStatus(Slot slot, ulong status)
    {
        ulong* word = &Original(slot)->Status;
        TDesign.Plain(AccessKind.Write, word, sizeof(ulong));
        *word = status;
    }

    /// <summary>
    /// A plain load: a reader may stand on a slot that its next owner writes. What was read counts only if the generation is still the
    /// same.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Deadline(Slot slot)
    {
        uint* deadline = &Original(slot)->Deadline;
        TDesign.Plain(AccessKind.Read, deadline, sizeof(uint));
        return *deadline;
    }

    /// <summary>A plain store, as in the kernel: of two packets either may set the time, and both times are right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetDeadline(Slot slot, uint value)
    {
        uint* deadline = &Original(slot)->Deadline;
        TDesign.Plain(AccessKind.Write, deadline, sizeof(uint));
        *deadline = value;
    }

    /// <summary>A plain load, as <see cref="Deadline"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint TdEnd(Slot slot)
    {
        uint* end = &Reply(slot)->TdEnd;
        TDesign.Plain(AccessKind.Read, end, sizeof(uint));
        return *end;
    }

    /// <summary>A plain store in an unconfirmed entry. Readers may stand on the slot since its last life.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetTdEnd(Slot slot, uint value)
    {
        uint* end = &Reply(slot)->TdEnd;
        TDesign.Plain(AccessKind.Write, end, sizeof(uint));
        *end = value;
    }

    /// <summary>A plain store of the link of a node that is not linked yet. Readers may stand on it since its last life.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetNext(Link node, Link link)
    {
        Link* next = &Node(node)->Next;
        TDesign.Plain(AccessKind.Write, next, sizeof(Link));
        *next = link;
    }

    /// <summary>As <see cref="SetNext"/>, in the by-source table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetBySourceNext(Slot slot, Link link)
    {
        Link* next = &Reply(slot)->BySourceNext;
        TDesign.Plain(AccessKind.Write, next, sizeof(Link));
        *next = link;
    }

    /// <summary>Whether an entry has this source, key, protocol and zone in ORIGINAL direction.</summary>
    public bool HasSource(Slot slot, in ConntrackTuple<TAddress> original)
    {
        ref ConntrackTuple<TAddress> other = ref Original(slot)->Tuple;
        SharedTuple<TAddress, TDesign>.AnnounceKeys(AccessKind.Read, ref other);
        bool isSame = other.SourceKey == original.SourceKey && other.Protocol == original.Protocol && other.Zone == original.Zone;
        SharedTuple<TAddress, TDesign>.AnnounceAddresses(AccessKind.Read, ref other);
        return isSame && other.Source.Equals(original.Source);
    }
}
