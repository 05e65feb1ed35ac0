using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.LiveKernel;

/// <summary>The router of one era.</summary>
internal sealed class ModelRouter<TEra> : ModelRouter
    where TEra : struct, IEra
{
    private readonly NatRule _rule;
    private readonly ConntrackTable<IPv4Address, TEra, KernelLocks> _table;
    private readonly NatRange<IPv4Address>? _source;
    private CpuRandom _random;
    private long _sent;
    private long _delivered;

    public ModelRouter(NatRule rule, ConntrackTable<IPv4Address, TEra, KernelLocks> table, ulong seed)
    {
        _rule = rule;
        _table = table;
        _source = ModelRules.Source(rule);
        _random = new CpuRandom(seed);
    }

    public override ModelCounters Counters => new(
        _sent,
        _delivered,
        (long)(_table.Cpu(0).Counters.Found + _table.Cpu(1).Counters.Found),
        (long)(_table.Cpu(0).Counters.InsertFailed + _table.Cpu(1).Counters.InsertFailed),
        (long)(_table.Cpu(0).Counters.ClashResolve + _table.Cpu(1).Counters.ClashResolve));

    public override ModelFate Send(in FlowTuple flow)
    {
        PendingEntry<IPv4Address>? entry = Allocate(0, in flow, ref _random, out ushort port, out _);
        return Finish(0, entry, port);
    }

    public override (ModelFate First, ModelFate Second) SendTogether(in FlowTuple first, in FlowTuple second)
    {
        ref ushort rover = ref _table.Nat.Rover(ModelRules.Protocol(_rule.Protocol));
        ushort seenByBoth = rover;
        PendingEntry<IPv4Address>? one = Allocate(0, in first, ref _random, out ushort firstPort, out _);

        // A search that begins before the other ends reads the rover as the other did.
        rover = seenByBoth;
        PendingEntry<IPv4Address>? two = Allocate(1, in second, ref _random, out ushort secondPort, out _);
        return (Finish(0, one, firstPort), Finish(1, two, secondPort));
    }

    public override double[] PortShares(in FlowTuple flow)
    {
        const int Draws = 65536;
        double[] shares = new double[65536];
        ref ushort rover = ref _table.Nat.Rover(ModelRules.Protocol(_rule.Protocol));
        ushort before = rover;
        ulong found = _table.Cpu(0).Counters.Found;
        for (int draw = 0; draw < Draws; draw++)
        {
            var random = new FirstDraw((ushort)draw, (ulong)draw);
            PendingEntry<IPv4Address> entry = Allocate(0, in flow, ref random, out ushort port, out PortChoice choice)!.Value;
            _table.Drop(ref _table.Cpu(0), entry.Slot);
            rover = before;
            bool drawn = random.Draws > 0;
            if (choice is not (PortChoice.Exhausted or PortChoice.KeptUnchecked))
            {
                shares[port] += drawn ? 1.0 / Draws : 1;
            }

            if (!drawn)
            {
                break;
            }
        }

        _table.Cpu(0).Counters.Found = found;
        return shares;
    }

    public override void Dispose()
    {
        _table.Nat.Dispose();
        _table.Dispose();
    }

    /// <summary>Everything up to confirm: lookup, new entry, prerouting, postrouting. Null: the connection is known.</summary>
    private PendingEntry<IPv4Address>? Allocate<TRandom>(
        int number, in FlowTuple flow, ref TRandom random, out ushort port, out PortChoice choice)
        where TRandom : struct, IRandomSource
    {
        ref CpuState cpu = ref _table.Cpu(number);
        ConntrackTuple<IPv4Address> tuple = ModelRules.Tuple(_rule.Protocol, in flow);
        TupleHash hash = _table.Hash(in tuple);
        port = flow.SourcePort;
        choice = PortChoice.Unchanged;
        if (_table.TryFind(ref cpu, in tuple, hash, out _))
        {
            return null;
        }

        PendingEntry<IPv4Address> entry = _table.Create(ref cpu, in tuple, hash);
        if (entry.IsNone)
        {
            return entry;
        }

        NatRange<IPv4Address> destination = _rule.TwoBackends
            ? ModelRules.Backend((_random.Next64() & 1) != 0)
            : NatRange<IPv4Address>.NullBinding(in _table.ReplyTuple(entry.Slot), ManipType.Destination);
        _ = NatSetup.Run(_table, ref cpu, ref random, ref entry, in destination, ManipType.Destination);
        NatRange<IPv4Address> source = _source ?? NatRange<IPv4Address>.NullBinding(in _table.ReplyTuple(entry.Slot), ManipType.Source);
        choice = NatSetup.Run(_table, ref cpu, ref random, ref entry, in source, ManipType.Source);
        port = _table.ReplyTuple(entry.Slot).DestinationPort;
        return entry;
    }

    private ModelFate Finish(int number, PendingEntry<IPv4Address>? entry, ushort port)
    {
        _sent++;
        ConfirmResult? result = entry is { IsNone: false } pending ? _table.Confirm(ref _table.Cpu(number), in pending) : null;
        bool delivered = result switch
        {
            ConfirmResult.Inserted or ConfirmResult.InsertedReplyOnly or ConfirmResult.Merged => true,
            null => entry is null,
            _ => false,
        };
        _delivered += delivered ? 1 : 0;
        return new ModelFate(delivered, port, result);
    }
}
