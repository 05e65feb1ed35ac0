using NatAllocBench.Allocators.Race;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Clocks;

namespace NatAllocBench.Allocators.Kernel;

/// <summary>
/// Linux among the other systems: the project's own table and allocator, with both directions, the by-source table and the kernel's locks.
/// </summary>
/// <remarks>
/// Draws come in the order of the race of kernel eras, so that a seed makes the same choices in both; a test compares them entry by entry.
/// </remarks>
internal sealed class KernelTable<TEra, TDesign> : SystemTable
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    /// <summary>Clients of the flows that stand: 10.128.0.2 and following.</summary>
    private const uint FirstStandingClient = 0x0A800002;

    private readonly NatState _nat;
    private readonly ConntrackTable<IPv4Address, TEra, TDesign> _table;
    private readonly NatRange<IPv4Address>[] _rules;
    private readonly CpuRandom[] _randoms;
    private readonly int _moreTries;
    private uint _standing;

    public KernelTable(Era era, KernelMode mode, SystemSetup setup)
    {
        var random = new CpuRandom(setup.Seed);
        var key = new SipKey(random.Next64(), random.Next64());
        _nat = new NatState(key, NatState.DrawMd5Secret(ref random));
        _nat.Rover(IPProtocol.Udp) = random.Next16();
        _nat.InterlockedRover(IPProtocol.Udp) = random.Next16();
        _table = new ConntrackTable<IPv4Address, TEra, TDesign>(
            era,
            TableOptions.Holding(era.Traits, setup.Capacity) with
            {
                Cpus = setup.Workers,
                HashKey = new SipKey(random.Next64(), random.Next64()),
                HashRandom = (uint)random.Next64(),
                Seed = random.Next64(),
            },
            _nat);
        _rules = [.. Enumerable.Range(0, setup.Workers).Select(worker => Rule(mode, setup, worker))];
        ulong seed = random.Next64();
        _randoms = [.. Enumerable.Range(0, setup.Workers).Select(worker => new CpuRandom(seed + (ulong)worker))];
        _moreTries = mode.MoreTries;
    }

    public override long Count => _table.Audit().Entries;

    public override long NativeBytes => _table.ReservedBytes;

    /// <summary>The table itself, for whoever reads its entries.</summary>
    internal ConntrackTable<IPv4Address, TEra, TDesign> Table => _table;

    public override void Fill(in FlowTuple<uint> reply)
    {
        // A client that has the port already, and a rule with that port only.
        ref CpuState cpu = ref _table.Cpu(0);
        ConntrackTuple<IPv4Address> tuple = Tuple(new FlowTuple<uint>(
            reply.Protocol, FirstStandingClient + _standing++, reply.DestinationPort, reply.Source, reply.SourcePort));
        NatRange<IPv4Address> rule = NatRange<IPv4Address>.Masquerade(IPv4Address.FromValue(reply.Destination))
            .WithPorts(reply.DestinationPort, reply.DestinationPort);
        PendingEntry<IPv4Address> entry = _table.Create(ref cpu, in tuple, _table.Hash(in tuple));
        NatSetup.Run(_table, ref cpu, ref _randoms[0], ref entry, in rule, ManipType.Source);
        _table.Confirm(ref cpu, in entry);
    }

    public override void Connect<TPace>(int worker, ReadOnlySpan<FlowTuple<uint>> flows, ulong windowTicks, TPace pace, SystemTally tally)
    {
        CpuRandom random = _randoms[worker];
        for (int i = 0; i < flows.Length && pace.Begin(i); i++)
        {
            Fate fate = Connect(worker, in flows[i], windowTicks, ref random, out bool isKept, out int probes, out _);
            tally.Count(fate, isKept, probes);
            pace.End(i);
        }

        _randoms[worker] = random;
    }

    public override int? TryOnce(in FlowTuple<uint> flow)
    {
        Fate fate = Connect(0, in flow, 0, ref _randoms[0], out _, out int probes, out Slot slot);
        if (fate != Fate.Inserted)
        {
            return null;
        }

        _table.Kill(ref _table.Cpu(0), new EntryReference(slot, Direction.Original, _table.Status(slot)));
        return probes;
    }

    protected override void Dispose(bool isDisposing)
    {
        if (isDisposing)
        {
            _table.Dispose();
            _nat.Dispose();
        }

        base.Dispose(isDisposing);
    }

    private static NatRange<IPv4Address> Rule(KernelMode mode, SystemSetup setup, int worker)
    {
        NatRange<IPv4Address> rule = NatRange<IPv4Address>.Pool(
            IPv4Address.FromValue(SystemSetup.Address),
            IPv4Address.FromValue(SystemSetup.Address + (uint)setup.Pool - 1),
            mode.Flags);
        PortRange ports = setup.Range;
        if (mode.IsStriped)
        {
            int first = ports.First + (int)((long)ports.Count * worker / setup.Workers);
            int next = ports.First + (int)((long)ports.Count * (worker + 1) / setup.Workers);
            return rule.WithPorts((ushort)first, (ushort)(next - 1));
        }

        return ports == PortRange.Common ? rule : rule.WithPorts(ports.First, ports.Last);
    }

    private static ConntrackTuple<IPv4Address> Tuple(in FlowTuple<uint> flow) => ConntrackTuple<IPv4Address>.Of(
        (IPProtocol)flow.Protocol, IPv4Address.FromValue(flow.Source), flow.SourcePort, IPv4Address.FromValue(flow.Destination),
        flow.DestinationPort);

    private Fate Connect(
        int worker, in FlowTuple<uint> flow, ulong windowTicks, ref CpuRandom random, out bool isKept, out int probes, out Slot slot)
    {
        ref CpuState cpu = ref _table.Cpu(worker);
        ulong before = cpu.Probes;
        ConntrackTuple<IPv4Address> tuple = Tuple(in flow);
        Fate fate = Fate.Refused;
        isKept = false;
        slot = Slot.None;
        if (!_table.TryFind(ref cpu, in tuple, _table.Hash(in tuple), out _))
        {
            // The sequence number of a client's first packet: the race draws one for every connection.
            _ = random.Next64();
            fate = Once(ref cpu, in tuple, in _rules[worker], windowTicks, ref random, out isKept, out slot);
            for (int again = 0; fate == Fate.Lost && again < _moreTries; again++)
            {
                fate = Once(ref cpu, in tuple, in _rules[worker], windowTicks, ref random, out isKept, out slot);
            }
        }

        probes = (int)(cpu.Probes - before);
        return fate;
    }

    /// <summary>Chooses, waits out the window, and confirms.</summary>
    private Fate Once(
        ref CpuState cpu,
        in ConntrackTuple<IPv4Address> tuple,
        in NatRange<IPv4Address> rule,
        ulong windowTicks,
        ref CpuRandom random,
        out bool isKept,
        out Slot slot)
    {
        PendingEntry<IPv4Address> entry = _table.Create(ref cpu, in tuple, _table.Hash(in tuple));
        slot = entry.Slot;
        PortChoice choice = NatSetup.Run(_table, ref cpu, ref random, ref entry, in rule, ManipType.Source);
        BusyWait.For(windowTicks);
        isKept = choice is PortChoice.Original or PortChoice.SameSource or PortChoice.Kept;
        return _table.Confirm(ref cpu, in entry) == ConfirmResult.Inserted ? Fate.Inserted
            : choice is PortChoice.Exhausted or PortChoice.KeptUnchecked ? Fate.Refused
            : Fate.Lost;
    }
}
