using System.Runtime.InteropServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using FlowTuple = NatAllocBench.Netfilter.Tuples.ConntrackTuple<NatAllocBench.Netfilter.Tuples.IPv4Address>;
using NatRule = NatAllocBench.Netfilter.Rules.NatRange<NatAllocBench.Netfilter.Tuples.IPv4Address>;

namespace NatAllocBench.Tests.Netfilter.Facts;

internal sealed class EraGateway<TEra, TDesign> : Gateway
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private readonly ConntrackTable<IPv4Address, TEra, TDesign> _table;
    private readonly Dictionary<Slot, PendingEntry<IPv4Address>> _pending = [];
    private QueuedRandom _random;

    public EraGateway(Era era, TableOptions options, NatState nat)
    {
        Nat.Dispose();
        Nat = nat;
        _table = new ConntrackTable<IPv4Address, TEra, TDesign>(era, options, nat);
        _random = new QueuedRandom(Draws);
        Cpu.Now = Start;
    }

    public override ref CpuState Cpu => ref _table.Cpu(0);

    public override uint Count => _table.Count;

    public override uint BucketCount => _table.BucketCount;

    public override Slot Open(in FlowTuple original, uint tdEnd = 1) =>
        Keep(_table.Create(ref Cpu, in original, _table.Hash(in original), tdEnd));

    public override ConfirmResult Confirm(Slot slot) => _table.Confirm(ref Cpu, _pending[slot]);

    public override void Drop(Slot slot) => _table.Drop(ref Cpu, slot);

    public override bool Find(in FlowTuple tuple, out EntryReference entry) =>
        _table.TryFind(ref Cpu, in tuple, _table.Hash(in tuple), out entry);

    public override bool IsTaken(in FlowTuple reply, Slot self) => _table.IsTaken(ref Cpu, in reply, _table.Hash(in reply), self);

    public override Slot Restore(in FlowTuple original, in FlowTuple reply, ulong status, uint lifetime, uint tdEnd = 0) =>
        _table.Restore(ref Cpu, in original, in reply, status, lifetime, tdEnd);

    public override bool Kill(EntryReference entry) => _table.Kill(ref Cpu, entry);

    public override PacketOutcome Tcp(EntryReference entry, TcpSegment segment, uint end = 0) =>
        _table.TcpPacket(ref Cpu, entry, segment, end);

    public override PacketOutcome Datagram(EntryReference entry) => _table.DatagramPacket(ref Cpu, entry);

    public override long Collect() => _table.CollectExpired(ref Cpu);

    public override void Resize(uint buckets) => _table.Resize(buckets);

    public override TableAudit Audit() => _table.Audit();

    public override FlowTuple Original(Slot slot) => _table.OriginalTuple(slot);

    public override FlowTuple Reply(Slot slot) => _table.ReplyTuple(slot);

    public override ulong Status(Slot slot) => _table.Status(slot);

    public override void AddStatus(Slot slot, ulong bits) => _table.Slab.AddStatus(slot, bits);

    public override unsafe bool IsExpired(in FlowTuple tuple)
    {
        FlowTuple wanted = tuple;
        Slot? slot = null;
        _table.ForEach((at, _) => slot = _table.OriginalTuple(at) == wanted ? at : slot);
        Assert.NotNull(slot);
        return (int)(_table.Slab.Original(slot.Value)->Deadline - Cpu.Now) <= 0;
    }

    public override uint Bucket(in FlowTuple tuple) => _table.Hash(in tuple).Bucket(_table.BucketCount);

    public override void Dispose()
    {
        _table.Dispose();
        Nat.Dispose();
    }

    protected override PortChoice Run(Slot slot, in NatRule rule, ManipType manip) =>
        NatSetup.Run(_table, ref Cpu, ref _random, ref CollectionsMarshal.GetValueRefOrNullRef(_pending, slot), in rule, manip);

    private Slot Keep(PendingEntry<IPv4Address> entry)
    {
        _pending[entry.Slot] = entry;
        return entry.Slot;
    }

    private struct QueuedRandom(Queue<ushort> draws) : IRandomSource
    {
        private CpuRandom _rest = new(7);

        public ushort Next16() => draws.TryDequeue(out ushort draw) ? draw : _rest.Next16();
    }
}
