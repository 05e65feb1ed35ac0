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
    /// <param name="slot">An unconfirmed entry of the calling CPU.</param>
    /// <param name="range">What the rule allows.</param>
    /// <param name="manip">The hook's side.</param>
    /// <returns>How the mapping was found.</returns>
    public static PortChoice Run<TAddress, TEra, TDesign, TRandom>(
        ConntrackTable<TAddress, TEra, TDesign> table,
        ref CpuState cpu,
        ref TRandom random,
        uint slot,
        in NatRange<TAddress> range,
        ManipType manip)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
        where TRandom : struct, IRandomSource
    {
        PortChoice choice = Choose(table, ref cpu, ref random, slot, in range, manip, out ConntrackTuple<TAddress> mapping);
        Apply(table, slot, in mapping, manip);
        return choice;
    }

    /// <summary>The first part of <see cref="Run"/>, up to the last probe: chooses, and changes nothing that others can see.</summary>
    /// <param name="slot">An unconfirmed entry of the calling CPU.</param>
    /// <param name="range">What the rule allows.</param>
    /// <param name="manip">The hook's side.</param>
    /// <param name="mapping">The tuple that the packet will have on the wire.</param>
    /// <returns>How the mapping was found.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static PortChoice Choose<TAddress, TEra, TDesign, TRandom>(
        ConntrackTable<TAddress, TEra, TDesign> table,
        ref CpuState cpu,
        ref TRandom random,
        uint slot,
        in NatRange<TAddress> range,
        ManipType manip,
        out ConntrackTuple<TAddress> mapping)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
        where TRandom : struct, IRandomSource
    {
        table.ReplyTuple(slot).InvertTo(out mapping);
        var probe = new ReplyProbe<TAddress, TEra, TDesign>(table, slot, manip == ManipType.Source);
        table.Enter(ref cpu);
        PortChoice choice = GetUnique(table, ref cpu, ref random, ref probe, ref mapping, slot, in range, manip);
        if (TDesign.ReservesReply && manip == ManipType.Source && !table.Reservations.Has(slot))
        {
            // Accepted without a probe, or found in use: the last chance, which costs nothing that others see.
            mapping.InvertTo(out ConntrackTuple<TAddress> reply);
            table.Reservations.TryReserve(ref cpu, slot, in reply, table.Hash(in reply));
        }

        ConntrackTable<TAddress, TEra, TDesign>.Leave(ref cpu);
        probe.Stash();
        return choice;
    }

    /// <summary>The second part of <see cref="Run"/>: writes the mapping into the entry and publishes it by source.</summary>
    /// <param name="slot">The entry.</param>
    /// <param name="mapping">What <see cref="Choose"/> chose.</param>
    /// <param name="manip">The hook's side.</param>
    public static void Apply<TAddress, TEra, TDesign>(
        ConntrackTable<TAddress, TEra, TDesign> table, uint slot, in ConntrackTuple<TAddress> mapping, ManipType manip)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        ulong done = manip == ManipType.Source ? EntryStatus.SourceNatDone : EntryStatus.DestinationNatDone;
        if (table.Slab.ChangeReply(slot, in mapping) || (TDesign.ReservesReply && table.Reservations.IsSourceChanged(slot, in mapping)))
        {
            done |= manip == ManipType.Source ? EntryStatus.SourceNat : EntryStatus.DestinationNat;
        }

        if (manip == ManipType.Source)
        {
            table.BySource.Add(slot);
        }

        Debug.Assert((table.Status(slot) & EntryStatus.Confirmed) == 0, "a hook works on an unconfirmed entry");
        table.Slab.AddStatus(slot, done);
    }

    /// <summary>The four steps of <c>get_unique_tuple</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static PortChoice GetUnique<TAddress, TEra, TDesign, TRandom>(
        ConntrackTable<TAddress, TEra, TDesign> table,
        ref CpuState cpu,
        ref TRandom random,
        ref ReplyProbe<TAddress, TEra, TDesign> probe,
        ref ConntrackTuple<TAddress> tuple,
        uint slot,
        in NatRange<TAddress> range,
        ManipType manip)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
        where TRandom : struct, IRandomSource
    {
        bool keepsPort = !StartOffsets.IsRandom(table.Traits, range.Flags);

        // Step 1: the tuple as it is, or the mapping that its socket already has.
        if (manip == ManipType.Source && keepsPort)
        {
            bool originalFirst = table.Traits.OriginalFirst != OriginalFirst.No;
            if (originalFirst && range.Contains(in tuple))
            {
                if (!probe.IsUsedByOther(ref cpu, in tuple))
                {
                    return PortChoice.Original;
                }
            }
            else if (table.BySource.TryFind(in tuple, table.BySource.HashSource(slot, in tuple), in range, out ConntrackTuple<TAddress> mapped)
                && !probe.IsUsed(ref cpu, in mapped))
            {
                tuple = mapped;
                return PortChoice.SameSource;
            }
        }

        // Step 2: the address.
        AddressPool.Choose(ref tuple, in range, manip, table.Traits.PoolHash);

        probe.FixAllButPort(in tuple, manip);

        // Step 3: the port as it is.
        if (keepsPort && TryKeepPort(table, ref cpu, ref probe, in tuple, in range, manip, out PortChoice kept))
        {
            return kept;
        }

        // Step 4: a port from the range.
        return PortSearcher<TAddress, TEra, TDesign>.Search(table, ref cpu, ref random, ref probe, ref tuple, in range, manip);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryKeepPort<TAddress, TEra, TDesign>(
        ConntrackTable<TAddress, TEra, TDesign> table,
        ref CpuState cpu,
        ref ReplyProbe<TAddress, TEra, TDesign> probe,
        in ConntrackTuple<TAddress> tuple,
        in NatRange<TAddress> range,
        ManipType manip,
        out PortChoice choice)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        choice = PortChoice.Kept;
        if ((range.Flags & NatFlags.ProtoSpecified) == 0)
        {
            return !probe.IsUsed(ref cpu, in tuple);
        }

        bool hasOffset = (range.Flags & NatFlags.ProtoOffset) != 0 && table.Traits.HasProtoOffset;
        if (hasOffset || !range.ContainsPort(in tuple, manip))
        {
            return false;
        }

        if (range.MinPort == range.MaxPort && table.Traits.SinglePortUnchecked)
        {
            choice = PortChoice.KeptUnchecked;
            return true;
        }

        return !probe.IsUsed(ref cpu, in tuple);
    }
}
