using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>The parts of a table that a pass over it needs beside chains and by-source table.</summary>
/// <param name="Slots">Free slots.</param>
/// <param name="Count">Number of entries.</param>
/// <param name="Sections">Grace periods.</param>
/// <param name="Confirmation">Confirm.</param>
internal readonly record struct TableParts<TAddress, TEra, TDesign>(
    SlotPool<TAddress, TDesign> Slots,
    EntryCount<TDesign> Count,
    Sections<TDesign> Sections,
    Confirmation<TAddress, TEra, TDesign> Confirmation)
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign;
