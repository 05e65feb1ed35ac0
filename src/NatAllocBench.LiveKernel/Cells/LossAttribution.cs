using System.Buffers.Binary;
using System.Net;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// Why connections were not inserted, as far as the kernel's counters and the plan tell. The kernel has one counter, insert_failed, for a
/// lost race and for an exhausted range.
/// </summary>
/// <param name="Exhausted">Connections for which their destination had no port left, whatever happened: connections minus ports.</param>
/// <param name="ChainTooLong">Refused because of the hash chain (5.15 and later); null where the kernel does not count it.</param>
/// <param name="ClashResolved">Merged with the winner instead of dropped; not part of insert_failed. Null where the kernel does not count
/// it.</param>
/// <param name="Race">
/// The rest of insert_failed: lost races, and on Linux 5.0 and later also searches that gave up in a nearly full range.
/// </param>
public sealed record LossAttribution(long Exhausted, long? ChainTooLong, long? ClashResolved, long Race)
{
    /// <summary>Attributes the losses of one repetition.</summary>
    public static LossAttribution Of(LiveCell cell, LiveRepetition repetition)
    {
        ArgumentNullException.ThrowIfNull(cell);
        ArgumentNullException.ThrowIfNull(repetition);
        ConntrackCounters total = repetition.Counters.Total;
        long exhausted = Math.Min(Unavoidable(cell), total.InsertFailed);
        long race = total.InsertFailed - exhausted - (total.ChainTooLong ?? 0);
        return new LossAttribution(exhausted, total.ChainTooLong, total.ClashResolve, Math.Max(0, race));
    }

    private static long Unavoidable(LiveCell cell)
    {
        // With two backends the destinations share their ports, so a count per destination would say nothing.
        if (cell.Rule.Ports is not { } ports || cell.Rule.TwoBackends || cell.Rule.Source is not (SourceNat.Masquerade or SourceNat.Snat))
        {
            return 0;
        }

        uint Value(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());
        long addresses = cell.Rule.Source == SourceNat.Masquerade ? 1 : 1L + Value(cell.Rule.SnatLast) - Value(cell.Rule.SnatFirst);
        return cell.Plan.Senders.Concat(cell.Prefill?.Senders ?? []).SelectMany(flows => flows).Distinct()
            .CountBy(flow => (flow.DestinationAddress, flow.DestinationPort))
            .Sum(group => Math.Max(0, group.Value - (ports.Size * addresses)));
    }
}
