using System.Buffers.Binary;
using System.Net;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Netfilter.Views;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// What tools see of a table at rest: entries as lines, counters per CPU, walks over everything. The caller has joined its workers.
/// </summary>
public static unsafe class TableInspection
{
    /// <summary>A confirmed entry as <c>conntrack -L</c> shows it.</summary>
    /// <param name="slot">Slot of a confirmed entry, as <see cref="ForEach{TAddress, TEra, TDesign}"/> names it.</param>
    /// <param name="now">The table's clock, ms; an entry that has expired and is still linked shows 0 s.</param>
    public static ConntrackLine Line<TAddress, TEra, TDesign>(this ConntrackTable<TAddress, TEra, TDesign> table, Slot slot, uint now)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        ulong status = table.Slab.Status(slot);
        int left = table.RemainingMs(slot, now);
        return new ConntrackLine(
            (byte)table.OriginalTuple(slot).Protocol,
            left > 0 ? (uint)left / 1000 : 0,
            EntryStatus.State(status),
            LineOf(in table.OriginalTuple(slot)),
            LineOf(in table.ReplyTuple(slot)),
            (status & EntryStatus.SeenReply) != 0,
            (status & EntryStatus.Assured) != 0);
    }

    /// <summary>Time to expiry of a confirmed entry, ms; 0 or less if it has expired.</summary>
    /// <param name="slot">Slot of a confirmed entry.</param>
    /// <param name="now">The table's clock, ms.</param>
    public static int RemainingMs<TAddress, TEra, TDesign>(this ConntrackTable<TAddress, TEra, TDesign> table, Slot slot, uint now)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign => (int)(table.Slab.Original(slot)->Deadline - now);

    /// <summary>The counters of all CPUs with the number of entries, as the statistics views take them.</summary>
    public static CpuStatistics[] Statistics<TAddress, TEra, TDesign>(this ConntrackTable<TAddress, TEra, TDesign> table)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        var all = new CpuStatistics[table.CpuCount];
        for (int cpu = 0; cpu < all.Length; cpu++)
        {
            all[cpu] = table.Cpu(cpu).Counters;
            all[cpu].Entries = table.Count;
        }

        return all;
    }

    private static LineTuple LineOf<TAddress>(in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress> => new(
        IPAddress.Parse(tuple.Source.ToString()!),
        IPAddress.Parse(tuple.Destination.ToString()!),
        tuple.SourcePort,
        BinaryPrimitives.ReverseEndianness(tuple.DestinationKey)); // of ICMP the type is the low byte here, the high one there

    /// <summary>
    /// Every confirmed entry, in bucket order of its ORIGINAL tuple; reply-only entries in bucket order of their REPLY tuple.
    /// </summary>
    /// <param name="visit">Called with slot and status of each entry.</param>
    public static void ForEach<TAddress, TEra, TDesign>(this ConntrackTable<TAddress, TEra, TDesign> table, Action<Slot, ulong> visit)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        BucketArray buckets = table.TupleChains;
        for (uint bucket = 0; bucket < buckets.Count; bucket++)
        {
            for (Link link = buckets.Heads[bucket]; !link.IsEnd; link = table.Slab.Node(link.Target)->Next)
            {
                Link at = link.Target;
                ulong status = table.Slab.Original(at.Slot)->Status;
                bool replyOnly = (status & EntryStatus.NatClash) != 0;
                if ((status & EntryStatus.Confirmed) != 0 && (!at.IsReply || replyOnly))
                {
                    visit(at.Slot, status);
                }
            }
        }
    }

    /// <summary>
    /// Checks the table, entry by entry. Every chain ends in its own marker and holds each node once; every linked node is of a confirmed
    /// entry that is not dying, is in the chain that its tuple hashes to, and no other node of the chain has its tuple. Every entry has
    /// both nodes linked, or, if it is a reply-only entry, REPLY alone. Every entry that went through a source NAT hook is in the
    /// by-source chain of its ORIGINAL source, once; no other slot is in any. Not checked: timeouts, counters, and that the number of
    /// entries is right, which the caller compares.
    /// </summary>
    /// <returns>What was counted.</returns>
    /// <exception cref="TableCorruptException">Something does not hold; the message says what and where.</exception>
    public static TableAudit Audit<TAddress, TEra, TDesign>(this ConntrackTable<TAddress, TEra, TDesign> table)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign => new TableAuditor<TAddress, TEra, TDesign>(table).Run();
}
