using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Contenders;

/// <summary>
/// The kernel's choice of a source port (<c>get_unique_tuple</c>) over a store: a mapping of the same source, the port as it is, else a
/// search as in the era. Single-threaded it chooses the ports that the model chooses.
/// </summary>
/// <remarks>Only what the throughput workload needs: a rule with one address and no ports, TCP or UDP, source ports from 1024 on.</remarks>
internal sealed class ContenderAllocator<TStore>(TStore store, Era era, NatRange<IPv4Address> rule, NatState nat)
    where TStore : struct, IConnectionStore
{
    private const uint FirstPort = 1024;
    private const uint Ports = 64512;
    private const uint MaxAttempts = 128;
    private const uint MinAttempts = 16;

    /// <summary>Chooses the REPLY tuple of a new connection and writes it there. Never fails; confirm tells.</summary>
    public void Choose(ref ContenderWorker worker, Connection connection)
    {
        ConntrackTuple<IPv4Address> mapping = connection.Original;
        bool keepsPort = (rule.Flags & StartOffsets.AnyRandom) == 0;
        if (keepsPort && FindSameSource(in mapping) is { } same && !IsUsed(ref worker, in same))
        {
            connection.Reply = same.Invert();
            return;
        }

        mapping.Source = rule.MinAddress;
        if (!keepsPort || IsUsed(ref worker, in mapping))
        {
            if (era.Traits.Search is PortSearch.Limited or PortSearch.LimitedEvicting)
            {
                SearchInRounds(ref worker, ref mapping);
            }
            else
            {
                Scan(ref worker, ref mapping);
            }
        }

        connection.Reply = mapping.Invert();
    }

    private ConntrackTuple<IPv4Address>? FindSameSource(in ConntrackTuple<IPv4Address> original)
    {
        for (Connection? other = store.FindBySource(FlowKey.OfSource(in original)); other is not null; other = other.NextOfSource)
        {
            ConntrackTuple<IPv4Address> mapped = original;
            mapped.Source = other.Reply.Destination;
            mapped.SourceKey = other.Reply.DestinationKey;
            if (rule.Contains(in mapped))
            {
                return mapped;
            }
        }

        return null;
    }

    private void SearchInRounds(ref ContenderWorker worker, ref ConntrackTuple<IPv4Address> mapping)
    {
        ushort offset = FirstOffset(ref worker, in mapping, out _);
        for (uint attempts = MaxAttempts; ; attempts /= 2, offset = worker.Random.Next16())
        {
            for (uint i = 0; i < attempts; i++, offset++)
            {
                mapping.SourcePort = (ushort)(FirstPort + (offset % Ports));
                if (!IsUsed(ref worker, in mapping))
                {
                    return;
                }
            }

            if (attempts < MinAttempts)
            {
                return;
            }
        }
    }

    private void Scan(ref ContenderWorker worker, ref ConntrackTuple<IPv4Address> mapping)
    {
        ushort offset = FirstOffset(ref worker, in mapping, out bool fromRover);
        for (uint tried = 1; ; tried++, offset++)
        {
            mapping.SourcePort = (ushort)(FirstPort + (offset % Ports));
            bool unchecked_ = era.Traits.Search == PortSearch.ScanLastUnchecked && tried == Ports;
            if (unchecked_ || !IsUsed(ref worker, in mapping))
            {
                if (fromRover)
                {
                    nat.Rover(mapping.Protocol) = offset; // a plain store, as in the kernel: lost updates are normal
                }

                return;
            }

            if (tried == Ports)
            {
                return;
            }
        }
    }

    private ushort FirstOffset(ref ContenderWorker worker, in ConntrackTuple<IPv4Address> mapping, out bool fromRover)
    {
        fromRover = false;
        switch (StartOffsets.KindOf(era.Traits, rule.Flags))
        {
            case StartOffset.Random:
                return worker.Random.Next16();
            case StartOffset.KeyedMd5 or StartOffset.KeyedSipHash or StartOffset.KeyedSipHashTimed:
                return KeyedStart.Of(era, nat, in mapping);
            default:
                if ((rule.Flags & NatFlags.InterlockedRover) != 0)
                {
                    // One atomic fetch-and-add per search; atomicity alone hands every search a start of its own.
                    return (ushort)(Interlocked.Increment(ref nat.InterlockedRover(mapping.Protocol)) - 1);
                }

                fromRover = true;
                return nat.Rover(mapping.Protocol);
        }
    }

    private bool IsUsed(ref ContenderWorker worker, in ConntrackTuple<IPv4Address> mapping)
    {
        worker.Probes++;
        return worker.Find(store, FlowKey.Of(mapping.Invert())) is not null;
    }
}
