using System.Runtime.InteropServices;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// What both nodes of an entry begin with. An entry is two nodes side by side, ORIGINAL and REPLY, as the kernel's
/// <c>nf_conn.tuplehash[2]</c>: 64 bytes (one cache line) for IPv4, 128 for IPv6.
/// </summary>
/// <remarks>
/// <code>
///               ORIGINAL node (even link)            REPLY node (odd link)
///   +0          tuple                                tuple
///   +tuple      Next                                 Next
///   +4          Deadline                             BySourceNext
///   +8          Status word, low half: bits          TdEnd
///   +12         Status word, high half: generation   unused
/// </code>
/// The end of a chain is a <see cref="Link"/> that carries the bucket number (the kernel's "nulls"), so that a reader that was led into
/// another chain notices.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct TupleNode<TAddress>
    where TAddress : unmanaged, IAddress<TAddress>
{
    public ConntrackTuple<TAddress> Tuple;
    public Link Next;
}

/// <summary>The node that is found by the ORIGINAL tuple; see <see cref="TupleNode{TAddress}"/> for the drawing.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct OriginalNode<TAddress>
    where TAddress : unmanaged, IAddress<TAddress>
{
    public ConntrackTuple<TAddress> Tuple;
    public Link Next;

    /// <summary>Before confirm: lifetime in ms. After: the time of expiry on the table's clock, ms, wrapping.</summary>
    public uint Deadline;

    /// <summary>Status bits and TCP state below, generation of the slot above; see <see cref="EntryStatus"/>.</summary>
    public ulong Status;
}

/// <summary>The node that is found by the REPLY tuple; see <see cref="TupleNode{TAddress}"/> for the drawing.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct ReplyNode<TAddress>
    where TAddress : unmanaged, IAddress<TAddress>
{
    public ConntrackTuple<TAddress> Tuple;
    public Link Next;

    /// <summary>REPLY node of the next entry in the by-source chain, or its end.</summary>
    public Link BySourceNext;

    /// <summary>
    /// TCP: the highest sequence number that a segment of the original direction ended at, plus one for SYN and FIN. Other protocols: the
    /// time of the first packet, ms.
    /// </summary>
    public uint TdEnd;
}
