using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Nat;

/// <summary>What the choice of one mapping works on. Its parts stay where they are; only references to them are here.</summary>
/// <param name="cpu">The calling CPU.</param>
/// <param name="random">Where random offsets come from.</param>
/// <param name="probe">Asks whether a candidate's reply is in use.</param>
/// <param name="tuple">The candidate, at first the tuple as it is.</param>
/// <param name="range">The rule.</param>
/// <param name="manip">The hook's side.</param>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
internal readonly ref struct SearchContext<TAddress, TEra, TDesign, TRandom>(
    ConntrackTable<TAddress, TEra, TDesign> table,
    ref CpuState cpu,
    ref TRandom random,
    ref ReplyProbe<TAddress, TEra, TDesign> probe,
    ref ConntrackTuple<TAddress> tuple,
    ref readonly NatRange<TAddress> range,
    ManipType manip)
    : ISearchContext<TAddress>
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
    where TRandom : struct, IRandomSource
{
    public readonly ConntrackTable<TAddress, TEra, TDesign> Table = table;
    public readonly ref CpuState Cpu = ref cpu;
    public readonly ref TRandom Random = ref random;
    public readonly ref ReplyProbe<TAddress, TEra, TDesign> Probe = ref probe;
    public readonly ref ConntrackTuple<TAddress> Tuple = ref tuple;
    public readonly ref readonly NatRange<TAddress> Range = ref range;
    public readonly ManipType Manip = manip;

    public EraTraits Traits => Table.Traits;

    public NatState Nat => Table.Nat;

    ref readonly NatRange<TAddress> ISearchContext<TAddress>.Range => ref Range;

    ManipType ISearchContext<TAddress>.Manip => Manip;

    ref ConntrackTuple<TAddress> ISearchContext<TAddress>.Tuple => ref Tuple;

    uint ISearchContext<TAddress>.Now => Cpu.Now;

    bool ISearchContext<TAddress>.HasReserved => Probe.HasReserved;

    ushort ISearchContext<TAddress>.NextRandom() => Random.Next16();

    /// <summary>Whether the reply of the candidate is in use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsUsed() => Probe.IsUsed(ref Cpu, in Tuple);

    /// <summary>As <see cref="IsUsed"/>, after a try to evict its holder.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsUsedAfterEviction() => Probe.IsUsedAfterEviction(ref Cpu, in Tuple);
}
