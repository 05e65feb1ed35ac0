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
    private readonly EraTraits _traits = era.Traits;
    private readonly NatRange<IPv4Address> _rule = rule;
    private readonly NatState _nat = nat;

    /// <summary>Chooses the REPLY tuple of a new connection and writes it there. Never fails; confirm tells.</summary>
    public void Choose(ref ContenderWorker worker, Connection connection)
    {
        ConntrackTuple<IPv4Address> mapping = connection.Original;
        bool keepsPort = (_rule.Flags & StartOffsets.AnyRandom) == 0;
        if (keepsPort && FindSameSource(in mapping) is { } same && !IsUsed(ref worker, in same))
        {
            connection.Reply = same.Invert();
            return;
        }

        mapping.Source = _rule.MinAddress;
        if (!keepsPort || IsUsed(ref worker, in mapping))
        {
            var search = new Search(this, ref worker, ref mapping, PortCandidates.For(in mapping, in _rule, ManipType.Source, _traits));
            search.Run();
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
            if (_rule.Contains(in mapped))
            {
                return mapped;
            }
        }

        return null;
    }

    private bool IsUsed(ref ContenderWorker worker, in ConntrackTuple<IPv4Address> mapping)
    {
        worker.Probes++;
        return worker.Find(store, FlowKey.Of(mapping.Invert())) is not null;
    }

    /// <summary>The search of one port: puts candidates into a mapping and asks the store for them.</summary>
    private ref struct Search(
        ContenderAllocator<TStore> allocator, ref ContenderWorker worker, ref ConntrackTuple<IPv4Address> mapping,
        PortCandidates candidates)
        : IRoundProbe, ISearchContext<IPv4Address>
    {
        private readonly ref ContenderWorker _worker = ref worker;
        private readonly ref ConntrackTuple<IPv4Address> _mapping = ref mapping;

        public readonly EraTraits Traits => allocator._traits;

        public readonly NatState Nat => allocator._nat;

        public readonly ref readonly NatRange<IPv4Address> Range => ref allocator._rule;

        public readonly ManipType Manip => ManipType.Source;

        public readonly ref ConntrackTuple<IPv4Address> Tuple => ref _mapping;

        public readonly uint Now => _worker.Now;

        public readonly bool HasReserved => false;

        public readonly ushort NextRandom() => _worker.Random.Next16();

        public readonly ushort NextStart() => NextRandom();

        public readonly bool IsUsed() => allocator.IsUsed(ref _worker, in _mapping);

        public readonly bool IsUsed(ushort offset, bool mayEvict)
        {
            candidates.Apply(ref _mapping, offset);
            return IsUsed();
        }

        public void Run()
        {
            if (Traits.Search is PortSearch.Limited or PortSearch.LimitedEvicting)
            {
                ushort start = SearchStart<IPv4Address, LockFree>.Of(ref this, in candidates, out _);
                SearchRounds.TryFind(ref this, start, candidates.Size, evictingAttempts: 0);
            }
            else
            {
                RangeScan<IPv4Address, LockFree>.Run(ref this, in candidates, Traits.Search == PortSearch.ScanLastUnchecked);
            }
        }
    }
}
