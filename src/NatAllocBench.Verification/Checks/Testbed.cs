using System.Numerics;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Verification.Checks;

/// <summary>A table of the size that a vector needs, on one CPU, with its NAT state; no entry of it expires.</summary>
internal sealed class Testbed<TAddress, TEra, TDesign> : IDisposable
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private const uint Lifetime = 1_000_000;
    private const uint ClockStart = 1000;
    private readonly NatState _nat;
    private readonly List<Slot> _restored;

    public Testbed(Era era, uint entries, SipKey netSecret)
    {
        _nat = new NatState(netSecret);
        _restored = new List<Slot>((int)entries);
        var options = new TableOptions
        {
            Buckets = Math.Max(1024, BitOperations.RoundUpToPowerOf2(entries) * 4), // short chains: most lines are long on entries
            BySourceBuckets = 4096,
            MaxConnections = entries + 1,
        };
        Table = new ConntrackTable<TAddress, TEra, TDesign>(era, options, _nat);
        Cpu.Now = ClockStart;
    }

    public ConntrackTable<TAddress, TEra, TDesign> Table { get; }

    public NatState Nat => _nat;

    public ref CpuState Cpu => ref Table.Cpu(0);

    public void Restore(in ConntrackTuple<TAddress> original, in ConntrackTuple<TAddress> reply, ulong status, uint tdEnd)
    {
        Slot slot = Table.Restore(ref Cpu, in original, in reply, status, Lifetime, tdEnd);
        if (slot == Slot.None)
        {
            throw new VectorFormatException($"two entries share a tuple: {original} or {reply}");
        }

        _restored.Add(slot);
    }

    /// <summary>NAT ports of restored entries that were freed, read from the tuples that their free slots keep.</summary>
    public ushort[] EvictedPorts(ManipType manip) =>
        Cpu.Evictions == 0 ? [] :
        [.. _restored
            .Where(slot => EntryStatus.Generation(Table.Status(slot)) != 0)
            .Select(slot => Table.ReplyTuple(slot))
            .Select(reply => manip == ManipType.Source || reply.IsIcmp ? reply.Invert().SourcePort : reply.SourcePort)];

    /// <summary>Whether the table has an entry with this tuple in either role.</summary>
    public bool Has(in ConntrackTuple<TAddress> tuple) => Table.TryFind(ref Cpu, in tuple, Table.Hash(in tuple), out _);

    public PendingEntry<TAddress> Create(in ConntrackTuple<TAddress> original, uint tdEnd) =>
        Table.Create(ref Cpu, in original, Table.Hash(in original), tdEnd);

    public void Dispose()
    {
        Table.Dispose();
        _nat.Dispose();
    }
}
