using System.Buffers.Binary;
using System.Net;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Netfilter.Views;

namespace NatAllocBench.Netfilter.Table;

/// <content>What tools show of the table: entries as lines, counters per CPU. For a table at rest.</content>
public sealed unsafe partial class ConntrackTable<TAddress, TEra, TDesign>
{
    /// <summary>A confirmed entry as <c>conntrack -L</c> and <c>/proc/net/nf_conntrack</c> show it.</summary>
    /// <param name="slot">Slot of a confirmed entry, as <see cref="ForEach"/> names it.</param>
    /// <param name="now">The table's clock, ms; an entry that has expired and is still linked shows 0 s.</param>
    public ConntrackLine Line(uint slot, uint now)
    {
        ulong status = Status(slot);
        int left = RemainingMs(slot, now);
        return new ConntrackLine(
            (byte)OriginalTuple(slot).Protocol,
            left > 0 ? (uint)left / 1000 : 0,
            EntryStatus.State(status),
            LineOf(in OriginalTuple(slot)),
            LineOf(in ReplyTuple(slot)),
            (status & EntryStatus.SeenReply) != 0,
            (status & EntryStatus.Assured) != 0);
    }

    /// <summary>Time to expiry of a confirmed entry, ms; 0 or less if it has expired.</summary>
    /// <param name="slot">Slot of a confirmed entry.</param>
    /// <param name="now">The table's clock, ms.</param>
    public int RemainingMs(uint slot, uint now) => (int)(Original(slot)->Deadline - now);

    /// <summary>The counters of all CPUs with the number of entries, as the statistics views take them.</summary>
    public CpuStatistics[] Statistics()
    {
        var all = new CpuStatistics[CpuCount];
        for (int cpu = 0; cpu < all.Length; cpu++)
        {
            all[cpu] = Cpu(cpu).Counters;
            all[cpu].Entries = Count;
        }

        return all;
    }

    private static LineTuple LineOf(in ConntrackTuple<TAddress> tuple) => new(
        IPAddress.Parse(tuple.Source.ToString()!),
        IPAddress.Parse(tuple.Destination.ToString()!),
        tuple.SourcePort,
        BinaryPrimitives.ReverseEndianness(tuple.DestinationKey)); // of ICMP the type is the low byte here, the high one there
}
