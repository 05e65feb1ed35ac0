using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Stress;

/// <summary>
/// One worker: opens connections that meet those of the others, sends them packets, kills and expires them, and looks all the time for
/// its lasting connections, which must be found whatever the others do.
/// </summary>
/// <typeparam name="TAddress">The address family.</typeparam>
/// <typeparam name="TEra">The era's hot traits.</typeparam>
/// <typeparam name="TDesign">The table design.</typeparam>
internal sealed class StressWorker<TAddress, TEra, TDesign>
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private const int LastingCount = 4;
    private readonly ConntrackTable<TAddress, TEra, TDesign> _table;
    private readonly StressPlan<TAddress> _plan;
    private readonly StressClock _clock;
    private readonly int _number;
    private readonly ConntrackTuple<TAddress>[] _lasting = new ConntrackTuple<TAddress>[2 * LastingCount];
    private CpuRandom _random;

    public StressWorker(
        ConntrackTable<TAddress, TEra, TDesign> table, StressPlan<TAddress> plan, StressClock clock, int number, ulong seed)
    {
        _table = table;
        _plan = plan;
        _clock = clock;
        _number = number;
        _random = new CpuRandom(seed);
    }

    public StressTally Tally { get; } = new();

    /// <summary>Opens the lasting connections; before the others start.</summary>
    public void OpenLasting()
    {
        ref CpuState cpu = ref _table.Cpu(_number);
        for (int i = 0; i < LastingCount; i++)
        {
            ConntrackTuple<TAddress> original = _plan.Lasting(_number, i);
            PendingEntry<TAddress> entry = Open(ref cpu, in original);
            _lasting[2 * i] = original;
            _lasting[(2 * i) + 1] = _table.ReplyTuple(entry.Slot);
            Require(Confirm(ref cpu, in entry) == ConfirmResult.Inserted, "a lasting connection was not inserted", in original);
            Answer(ref cpu, in _lasting[(2 * i) + 1], TcpSegment.SynAck);
            Answer(ref cpu, in original, TcpSegment.Ack);
        }
    }

    /// <summary>One step: a random operation.</summary>
    public void Step()
    {
        ref CpuState cpu = ref _table.Cpu(_number);
        cpu.Now = _clock.Tick();
        switch (_random.NextBelow(16))
        {
            case < 8:
                Connect(ref cpu);
                break;
            case < 11:
                Kill(ref cpu);
                break;
            case < 13:
                SendPacket(ref cpu);
                break;
            case < 14:
                _table.CollectExpired(ref cpu, (uint)_random.Next64(), 8);
                break;
            default:
                FindLasting(ref cpu);
                break;
        }
    }

    /// <summary>Every lasting connection is found by both tuples.</summary>
    public void FindLasting(ref CpuState cpu)
    {
        for (int i = 0; i < _lasting.Length; i++)
        {
            ref readonly ConntrackTuple<TAddress> tuple = ref _lasting[i];
            TupleHash hash = _table.Hash(in tuple);
            Tally.Lookups++;
            Require(
                _table.TryFind(ref cpu, in tuple, hash, out EntryReference entry)
                    && entry.Direction == (Direction)(i & 1)
                    && _table.IsTaken(ref cpu, in tuple, hash, Slot.None),
                "a lookup missed a lasting connection",
                in tuple);
        }
    }

    private void Connect(ref CpuState cpu)
    {
        ConntrackTuple<TAddress> original = _plan.Connection(ref _random);
        if (_table.TryFind(ref cpu, in original, _table.Hash(in original), out _))
        {
            return;
        }

        PendingEntry<TAddress> entry = Open(ref cpu, in original);
        if (entry.IsNone)
        {
            Tally.Dropped++;
        }
        else if (_random.NextBelow(32) == 0)
        {
            _table.Drop(ref cpu, entry.Slot);
        }
        else
        {
            Confirm(ref cpu, in entry);
        }
    }

    private PendingEntry<TAddress> Open(ref CpuState cpu, in ConntrackTuple<TAddress> original)
    {
        PendingEntry<TAddress> entry = _table.Create(ref cpu, in original, _table.Hash(in original), (uint)_random.Next64());
        if (!entry.IsNone)
        {
            Tally.Created++;
            if (_plan.IsBetweenPeers(in original))
            {
                NatHooks.Prerouting(_table, ref cpu, ref _random, ref entry, null);
                NatHooks.Postrouting(_table, ref cpu, ref _random, ref entry, null);
            }
            else
            {
                NatSetup.Run(_table, ref cpu, ref _random, ref entry, _plan.Rule, ManipType.Source);
            }
        }

        return entry;
    }

    private ConfirmResult Confirm(ref CpuState cpu, in PendingEntry<TAddress> entry)
    {
        ConfirmResult result = _table.Confirm(ref cpu, in entry);
        Tally.Count(result);
        return result;
    }

    private void Kill(ref CpuState cpu)
    {
        ConntrackTuple<TAddress> original = _plan.Connection(ref _random);
        if (_table.TryFind(ref cpu, in original, _table.Hash(in original), out EntryReference entry) && _table.Kill(ref cpu, entry))
        {
            Tally.Removed++;
        }
    }

    private void SendPacket(ref CpuState cpu)
    {
        ConntrackTuple<TAddress> original = _plan.Connection(ref _random);
        if (!_table.TryFind(ref cpu, in original, _table.Hash(in original), out EntryReference entry))
        {
            return;
        }

        ConntrackTuple<TAddress> reply = _table.ReplyTuple(entry.Slot);
        bool forward = _random.NextBelow(2) == 0;
        if (original.Protocol == IPProtocol.Tcp)
        {
            Answer(ref cpu, forward ? original : reply, (TcpSegment)_random.NextBelow(5));
        }
        else if (_table.TryFind(ref cpu, forward ? original : reply, _table.Hash(forward ? original : reply), out entry)
            && _table.DatagramPacket(ref cpu, entry) == PacketOutcome.Removed)
        {
            Tally.Removed++;
        }
    }

    private void Answer(ref CpuState cpu, in ConntrackTuple<TAddress> tuple, TcpSegment segment)
    {
        // The slot may have a new owner since its tuple was read, so the packet may belong to a datagram flow: it is not sent then.
        if (tuple.Protocol == IPProtocol.Tcp
            && _table.TryFind(ref cpu, in tuple, _table.Hash(in tuple), out EntryReference entry)
            && _table.TcpPacket(ref cpu, entry, segment, (uint)_random.Next64() | 1) is PacketOutcome.Removed or PacketOutcome.LookUpAgain)
        {
            Tally.Removed++;
        }
    }

    private static void Require(bool holds, string what, in ConntrackTuple<TAddress> tuple)
    {
        if (!holds)
        {
            throw new StressFailureException($"{what}: {tuple}");
        }
    }
}
