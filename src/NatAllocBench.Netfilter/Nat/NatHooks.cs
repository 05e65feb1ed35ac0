using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Nat;

/// <summary>
/// The two NAT hooks that a forwarded packet of a new connection passes (<c>nf_nat_inet_fn</c>): each runs the allocator, with the range
/// of the rule that matches or, where none does, with the null binding.
/// </summary>
public static class NatHooks
{
    /// <summary>PREROUTING (priority -100): the destination.</summary>
    /// <param name="entry">An unconfirmed entry of the calling CPU.</param>
    /// <param name="rule">The DNAT rule that matches, or null.</param>
    /// <returns>How the mapping was found.</returns>
    public static PortChoice Prerouting<TAddress, TEra, TDesign, TRandom>(
        ConntrackTable<TAddress, TEra, TDesign> table, ref CpuState cpu, ref TRandom random, ref PendingEntry<TAddress> entry,
        NatRange<TAddress>? rule)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
        where TRandom : struct, IRandomSource => Run(table, ref cpu, ref random, ref entry, rule, ManipType.Destination);

    /// <summary>POSTROUTING (priority 100): the source.</summary>
    /// <param name="entry">An unconfirmed entry of the calling CPU.</param>
    /// <param name="rule">The SNAT or masquerade rule that matches, or null.</param>
    /// <returns>How the mapping was found.</returns>
    public static PortChoice Postrouting<TAddress, TEra, TDesign, TRandom>(
        ConntrackTable<TAddress, TEra, TDesign> table, ref CpuState cpu, ref TRandom random, ref PendingEntry<TAddress> entry,
        NatRange<TAddress>? rule)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
        where TRandom : struct, IRandomSource => Run(table, ref cpu, ref random, ref entry, rule, ManipType.Source);

    private static PortChoice Run<TAddress, TEra, TDesign, TRandom>(
        ConntrackTable<TAddress, TEra, TDesign> table,
        ref CpuState cpu,
        ref TRandom random,
        ref PendingEntry<TAddress> entry,
        NatRange<TAddress>? rule,
        ManipType manip)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
        where TRandom : struct, IRandomSource
    {
        NatRange<TAddress> range = rule ?? NatRange<TAddress>.NullBinding(in table.ReplyTuple(entry.Slot), manip);
        return NatSetup.Run(table, ref cpu, ref random, ref entry, in range, manip);
    }
}
