namespace NatAllocBench.Allocators.Cilium;

/// <summary>What became of a packet.</summary>
internal record struct CiliumOutcome
{
    /// <summary>0, or the drop reason as a negative number.</summary>
    public int Result { get; set; }

    /// <summary>The NAT port, if the packet is translated.</summary>
    public ushort? Port { get; set; }

    /// <summary>Error of the write that dropped the packet; 0 if it was none.</summary>
    public int ExtendedError { get; set; }

    /// <summary>Candidates asked for.</summary>
    public int Tries { get; set; }

    /// <summary>Slot of the retries histogram: the number of the candidate that won, or the limit.</summary>
    public int HistogramIndex { get; set; }

    /// <summary>Whether the agent was asked to collect garbage.</summary>
    public bool Signalled { get; set; }
}

/// <summary>
/// The SNAT path of an era over a NAT map: <c>snat_v4_nat_handle_mapping</c>, <c>snat_v4_new_mapping</c> and
/// <c>snat_v4_rev_nat_handle_mapping</c>.
/// </summary>
internal static class CiliumDatapath<TEra, TMap>
    where TEra : struct, ICiliumEra
    where TMap : INatMap
{
    /// <summary>No mapping for NAT masquerade: the packet is dropped.</summary>
    public const int NoMapping = -167;

    /// <summary>The packet goes on untranslated.</summary>
    public const int Punt = -173;

    private const int NoEntry = -2;

    /// <summary>A packet of a client.</summary>
    public static CiliumOutcome Egress<TRandom>(
        in FlowTuple<uint> original, in CiliumRule rule, uint needsTracking, TMap map, ref TRandom random)
        where TRandom : struct, IRandom32
    {
        var forward = new NatKey(original, IsReverse: false);
        if (!map.Lookup(in forward, out NatEntry entry))
        {
            return NewMapping(in original, in rule, needsTracking, map, ref random);
        }

        if (!TEra.ReplacesStale)
        {
            return new CiliumOutcome { Port = entry.ToPort };
        }

        var reverse = new NatKey(Reply(in original, entry.ToAddress, entry.ToPort), IsReverse: true);
        if (entry.ToAddress == rule.Address && entry.NeedsTracking == needsTracking)
        {
            return Restored(in original, in reverse, in entry, needsTracking, map);
        }

        if (map.Delete(in forward) == NoEntry)
        {
            return new CiliumOutcome { Result = NoEntry };
        }

        if (map.Lookup(in reverse, out _))
        {
            map.Delete(in reverse);
        }

        return NewMapping(in original, in rule, needsTracking, map, ref random);
    }

    /// <summary>The first packet of a flow: chooses a port and writes both entries.</summary>
    public static CiliumOutcome NewMapping<TRandom>(
        in FlowTuple<uint> original, in CiliumRule rule, uint needsTracking, TMap map, ref TRandom random)
        where TRandom : struct, IRandom32
    {
        CiliumCandidates<TEra> candidates = CiliumCandidates<TEra>.First(in rule, original.SourcePort, ref random);
        var client = new NatEntry(original.Source, original.SourcePort, needsTracking);
        while (candidates.Failed < TEra.Tries)
        {
            var reverse = new NatKey(Reply(in original, rule.Address, candidates.Port), IsReverse: true);
            var translated = new NatEntry(rule.Address, candidates.Port, needsTracking);
            bool isFree = TEra.Test == CiliumTest.Create ? map.Create(in reverse, in client) == 0 : !map.Lookup(in reverse, out _);
            if (isFree && TEra.Test != CiliumTest.LookAndRetry)
            {
                return Write(in original, in reverse, in client, in translated, candidates.Failed, map);
            }

            if (isFree && CreateBoth(in original, in reverse, in client, in translated, map) == 0)
            {
                return Chosen(candidates.Failed) with { Port = candidates.Port };
            }

            candidates.Fail(ref random);
        }

        return Chosen(TEra.Tries) with { Result = NoMapping };
    }

    /// <summary>A packet of a server.</summary>
    /// <param name="reply">Its tuple: the destination is the NAT address.</param>
    /// <param name="rule">The NAT address and its ports.</param>
    public static CiliumOutcome ReplyPacket(in FlowTuple<uint> reply, in CiliumRule rule, TMap map)
    {
        var reverse = new NatKey(reply, IsReverse: true);
        if (!map.Lookup(in reverse, out NatEntry client))
        {
            bool isPunted = TEra.PuntsLowPorts && reply.Protocol != IpProtocols.Icmp && reply.DestinationPort < rule.Minimum;
            return new CiliumOutcome { Result = isPunted ? Punt : NoMapping };
        }

        if (TEra.RestoresForward)
        {
            var forward = new NatKey(
                new FlowTuple<uint>(reply.Protocol, client.ToAddress, client.ToPort, reply.Source, reply.SourcePort), IsReverse: false);
            if (!map.Lookup(in forward, out _))
            {
                var translated = new NatEntry(reply.Destination, reply.DestinationPort, client.NeedsTracking);
                int error = WriteEntry(in forward, in translated, map);
                if (error != 0)
                {
                    return new CiliumOutcome { Result = NoMapping, ExtendedError = error };
                }
            }
        }

        return new CiliumOutcome { Port = client.ToPort };
    }

    /// <summary>The reverse tuple of a flow with a NAT endpoint.</summary>
    public static FlowTuple<uint> Reply(in FlowTuple<uint> original, uint address, ushort port) =>
        original.Invert() with { Destination = address, DestinationPort = port };

    private static CiliumOutcome Restored(
        in FlowTuple<uint> original, in NatKey reverse, in NatEntry entry, uint needsTracking, TMap map)
    {
        if (!map.Lookup(in reverse, out _))
        {
            var client = new NatEntry(original.Source, original.SourcePort, needsTracking);
            int error = WriteEntry(in reverse, in client, map);
            if (error != 0)
            {
                return new CiliumOutcome { Result = NoMapping, ExtendedError = error };
            }
        }

        return new CiliumOutcome { Port = entry.ToPort };
    }

    /// <summary>After the loop: the entries that are not there yet. A failure drops the packet.</summary>
    private static CiliumOutcome Write(
        in FlowTuple<uint> original, in NatKey reverse, in NatEntry client, in NatEntry translated, int failed, TMap map)
    {
        CiliumOutcome outcome = Chosen(failed);
        int error = TEra.Test == CiliumTest.LookAndDrop
            ? CreateBoth(in original, in reverse, in client, in translated, map)
            : WriteForward(in original, in reverse, in translated, map);
        return error == 0
            ? outcome with { Port = translated.ToPort }
            : outcome with { Result = NoMapping, ExtendedError = error };
    }

    private static int CreateBoth(in FlowTuple<uint> original, in NatKey reverse, in NatEntry client, in NatEntry translated, TMap map)
    {
        int error = map.Create(in reverse, in client);
        return error != 0 ? error : WriteForward(in original, in reverse, in translated, map);
    }

    private static int WriteForward(in FlowTuple<uint> original, in NatKey reverse, in NatEntry translated, TMap map)
    {
        int error = WriteEntry(new NatKey(original, IsReverse: false), in translated, map);
        if (error != 0)
        {
            map.Delete(in reverse);
        }

        return error;
    }

    private static int WriteEntry(in NatKey key, in NatEntry entry, TMap map) =>
        TEra.WritesUnconditionally ? map.Put(in key, in entry) : map.Create(in key, in entry);

    private static CiliumOutcome Chosen(int failed) => new()
    {
        Tries = Math.Min(failed + 1, TEra.Tries),
        HistogramIndex = failed,
        Signalled = failed > TEra.Tries / 2,
    };
}
