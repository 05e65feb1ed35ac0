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
/// <remarks>Only what the throughput workload needs: a rule with one address, TCP or UDP. Deviates: no search evicts.</remarks>
internal sealed class ContenderAllocator<TStore>(TStore store, Era era, NatRange<IPv4Address> rule, NatState nat)
    where TStore : struct, IConnectionStore
{
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
            PortCandidates candidates = PortCandidates.For(in mapping, in rule, ManipType.Source, era.Traits);
            if (era.Traits.Search is PortSearch.Limited or PortSearch.LimitedEvicting)
            {
                var probe = new RoundProbe(this, ref worker, ref mapping, candidates);
                SearchRounds.TryFind(ref probe, FirstOffset(ref worker, in mapping, out _), candidates.Size, evictingAttempts: 0);
            }
            else
            {
                Scan(ref worker, ref mapping, candidates);
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

    private void Scan(ref ContenderWorker worker, ref ConntrackTuple<IPv4Address> mapping, PortCandidates candidates)
    {
        ushort offset = FirstOffset(ref worker, in mapping, out bool fromRover);
        for (uint tried = 1; ; tried++, offset++)
        {
            candidates.Apply(ref mapping, offset);
            bool unchecked_ = era.Traits.Search == PortSearch.ScanLastUnchecked && tried == candidates.Size;
            if (unchecked_ || !IsUsed(ref worker, in mapping))
            {
                if (fromRover)
                {
                    nat.Rover(mapping.Protocol) = offset; // a plain store, as in the kernel: lost updates are normal
                }

                return;
            }

            if (tried == candidates.Size)
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

    /// <summary>Puts candidates into a mapping and asks the store for them.</summary>
    private readonly ref struct RoundProbe(
        ContenderAllocator<TStore> allocator, ref ContenderWorker worker, ref ConntrackTuple<IPv4Address> mapping,
        PortCandidates candidates)
        : IRoundProbe
    {
        private readonly ref ContenderWorker _worker = ref worker;
        private readonly ref ConntrackTuple<IPv4Address> _mapping = ref mapping;

        public bool IsUsed(ushort offset, bool mayEvict)
        {
            candidates.Apply(ref _mapping, offset);
            return allocator.IsUsed(ref _worker, in _mapping);
        }

        public ushort NextStart() => _worker.Random.Next16();
    }
}
