using System.Diagnostics;
using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Nat;

/// <summary>
/// The early half of the race: a NAT hook chooses a mapping for a new connection (<c>nf_nat_setup_info</c>, <c>get_unique_tuple</c>).
/// </summary>
public static class NatSetup
{
    /// <summary>
    /// Chooses a mapping inside <paramref name="range"/>, writes it into the entry's REPLY tuple and, for source NAT, makes it visible in
    /// the by-source table. Never fails: an exhausted range yields a tuple in use, which confirm then refuses.
    /// </summary>
    /// <param name="entry">An unconfirmed entry of the calling CPU.</param>
    /// <param name="range">What the rule allows.</param>
    /// <param name="manip">The hook's side.</param>
    /// <returns>How the mapping was found.</returns>
    public static PortChoice Run<TAddress, TEra, TDesign, TRandom>(
        ConntrackTable<TAddress, TEra, TDesign> table,
        ref CpuState cpu,
        ref TRandom random,
        ref PendingEntry<TAddress> entry,
        in NatRange<TAddress> range,
        ManipType manip)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
        where TRandom : struct, IRandomSource
    {
        PortChoice choice = Choose(table, ref cpu, ref random, ref entry, in range, manip, out ConntrackTuple<TAddress> mapping);
        Apply(table, in entry, in mapping, manip);
        return choice;
    }

    /// <summary>The first part of <see cref="Run"/>, up to the last probe: chooses, and changes nothing that others can see.</summary>
    /// <param name="entry">An unconfirmed entry of the calling CPU.</param>
    /// <param name="range">What the rule allows.</param>
    /// <param name="manip">The hook's side.</param>
    /// <param name="mapping">The tuple that the packet will have on the wire.</param>
    /// <returns>How the mapping was found.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static PortChoice Choose<TAddress, TEra, TDesign, TRandom>(
        ConntrackTable<TAddress, TEra, TDesign> table,
        ref CpuState cpu,
        ref TRandom random,
        ref PendingEntry<TAddress> entry,
        in NatRange<TAddress> range,
        ManipType manip,
        out ConntrackTuple<TAddress> mapping)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
        where TRandom : struct, IRandomSource
    {
        table.ReplyTuple(entry.Slot).InvertTo(out mapping);
        ReplyProbe<TAddress, TEra, TDesign>.Begin(
            out ReplyProbe<TAddress, TEra, TDesign> probe, table, in entry, reserves: manip == ManipType.Source);
        table.Enter(ref cpu);
        var search =
            new SearchContext<TAddress, TEra, TDesign, TRandom>(table, ref cpu, ref random, ref probe, ref mapping, in range, manip);
        PortChoice choice = GetUnique(in search, ref entry);
        probe.ReserveLate(ref cpu, in mapping);
        ConntrackTable<TAddress, TEra, TDesign>.Leave(ref cpu);
        probe.KeepHash(ref entry);
        return choice;
    }

    /// <summary>The second part of <see cref="Run"/>: writes the mapping into the entry and publishes it by source.</summary>
    /// <param name="mapping">What <see cref="Choose"/> chose.</param>
    /// <param name="manip">The hook's side.</param>
    public static void Apply<TAddress, TEra, TDesign>(
        ConntrackTable<TAddress, TEra, TDesign> table,
        in PendingEntry<TAddress> entry,
        in ConntrackTuple<TAddress> mapping,
        ManipType manip)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        Slot slot = entry.Slot;
        ulong done = manip == ManipType.Source ? EntryStatus.SourceNatDone : EntryStatus.DestinationNatDone;
        if (table.Slab.ChangeReply(slot, in mapping) || table.Reservations.HasChangedSource(slot, in mapping))
        {
            done |= manip == ManipType.Source ? EntryStatus.SourceNat : EntryStatus.DestinationNat;
        }

        if (manip == ManipType.Source)
        {
            table.BySource.Add(in entry);
        }

        Debug.Assert((table.Status(slot) & EntryStatus.Confirmed) == 0, "a hook works on an unconfirmed entry");
        table.Slab.AddStatus(slot, done);
    }

    /// <summary>The four steps of <c>get_unique_tuple</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static PortChoice GetUnique<TAddress, TEra, TDesign, TRandom>(
        in SearchContext<TAddress, TEra, TDesign, TRandom> search, ref PendingEntry<TAddress> entry)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
        where TRandom : struct, IRandomSource
    {
        bool keepsPort = !StartOffsets.IsRandom(search.Traits, search.Range.Flags);

        // Step 1: the tuple as it is, or the mapping that its socket already has.
        if (search.Manip == ManipType.Source && keepsPort)
        {
            BySourceTable<TAddress, TEra, TDesign> bySource = search.Table.BySource;
            bool originalFirst = search.Traits.OriginalFirst != OriginalFirst.No;
            if (originalFirst && search.Range.Contains(in search.Tuple))
            {
                if (!search.Probe.IsUsedByOther(ref search.Cpu, in search.Tuple))
                {
                    return PortChoice.Original;
                }
            }
            else if (bySource.TryFind(
                    in search.Tuple, bySource.HashSource(ref entry, in search.Tuple), in search.Range, out ConntrackTuple<TAddress> mapped)
                && !search.Probe.IsUsed(ref search.Cpu, in mapped))
            {
                search.Tuple = mapped;
                return PortChoice.SameSource;
            }
        }

        // Step 2: the address.
        AddressPool.Choose(ref search.Tuple, in search.Range, search.Manip, search.Traits.PoolHash);

        search.Probe.FixAllButPort(search.Manip);

        // Step 3: the port as it is.
        if (keepsPort && TryKeepPort(in search, out PortChoice kept))
        {
            return kept;
        }

        // Step 4: a port from the range.
        return PortSearcher<TAddress, TEra, TDesign>.Search(in search);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryKeepPort<TAddress, TEra, TDesign, TRandom>(
        in SearchContext<TAddress, TEra, TDesign, TRandom> search, out PortChoice choice)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
        where TRandom : struct, IRandomSource
    {
        ref readonly NatRange<TAddress> range = ref search.Range;
        choice = PortChoice.Kept;
        if ((range.Flags & NatFlags.ProtoSpecified) == 0)
        {
            return !search.IsUsed();
        }

        bool hasOffset = (range.Flags & NatFlags.ProtoOffset) != 0 && search.Traits.HasProtoOffset;
        if (hasOffset || !range.ContainsPort(in search.Tuple, search.Manip))
        {
            return false;
        }

        if (range.MinPort == range.MaxPort && search.Traits.SinglePortUnchecked)
        {
            choice = PortChoice.KeptUnchecked;
            return true;
        }

        return !search.IsUsed();
    }
}
