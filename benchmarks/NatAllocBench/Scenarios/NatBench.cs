using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Scenarios;

/// <summary>A gateway on the bench: one table, driven by hand from one thread, any number of CPUs.</summary>
internal sealed class NatBench<TEra> : IDisposable
    where TEra : struct, IEra
{
    private readonly NatState _nat;
    private CpuRandom _random;

    public NatBench(Era era, ulong seed, uint buckets = 262_144, uint maxConnections = 262_144, int cpus = 2)
    {
        _random = new CpuRandom(seed);
        _nat = NatState.Drawn(ref _random);
        Table = new ConntrackTable<IPv4Address, TEra, KernelLocks>(
            era,
            new TableOptions
            {
                Buckets = buckets,
                MaxConnections = maxConnections,
                Cpus = cpus,
                HashKey = new SipKey(_random.Next64(), _random.Next64()),
                HashRandom = (uint)_random.Next64(),
                Seed = _random.Next64(),
            },
            _nat);
    }

    public ConntrackTable<IPv4Address, TEra, KernelLocks> Table { get; }

    public ref CpuRandom Random => ref _random;

    public ref CpuState Cpu(int cpu) => ref Table.Cpu(cpu);

    /// <summary>A rover that stands anywhere: it is shared by all destinations and NAT addresses, which leave it where they like.</summary>
    public void ScatterRover(IPProtocol protocol) => _nat.Rover(protocol) = _random.Next16();

    public PendingEntry<IPv4Address> Open(int cpu, in ConntrackTuple<IPv4Address> tuple, uint tdEnd = 0) =>
        Table.Create(ref Cpu(cpu), in tuple, Table.Hash(in tuple), tdEnd);

    public PortChoice Prerouting(int cpu, ref PendingEntry<IPv4Address> entry, NatRange<IPv4Address>? rule) =>
        NatHooks.Prerouting(Table, ref Cpu(cpu), ref _random, ref entry, rule);

    public PortChoice Postrouting(int cpu, ref PendingEntry<IPv4Address> entry, NatRange<IPv4Address>? rule) =>
        NatHooks.Postrouting(Table, ref Cpu(cpu), ref _random, ref entry, rule);

    public ConfirmResult Confirm(int cpu, in PendingEntry<IPv4Address> entry) => Table.Confirm(ref Cpu(cpu), in entry);

    /// <summary>The port that a connection has at the NAT address.</summary>
    public ushort PortOf(Slot slot) => Table.ReplyTuple(slot).DestinationPort;

    public void Remove(int cpu, Slot slot) => Table.Kill(ref Cpu(cpu), new EntryReference(slot, Direction.Original, Table.Status(slot)));

    public PacketOutcome Segment(int cpu, Slot slot, Direction direction, TcpSegment segment) =>
        Table.TcpPacket(ref Cpu(cpu), new EntryReference(slot, direction, Table.Status(slot)), segment);

    public void Dispose()
    {
        Table.Dispose();
        _nat.Dispose();
    }
}
