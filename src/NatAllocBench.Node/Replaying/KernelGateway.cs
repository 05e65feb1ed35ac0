using System.Buffers.Binary;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Node.Lines;
using NatAllocBench.Node.Planning;
using NatAllocBench.Node.Recordings;

namespace NatAllocBench.Node.Replaying;

/// <summary>The model's own table and allocator. Nothing expires by itself: the recording says when a port is free.</summary>
internal sealed class KernelGateway<TAddress, TEra> : IGateway
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
{
    private static readonly UInt128 Documentation = TAddress.WordCount == 1
        ? EntryTuple.OfIPv4(0xCB00_7101)
        : (UInt128)0x2001_0DB8 << 96 | 1;

    private readonly NatState _nat;
    private readonly ConntrackTable<TAddress, TEra, KernelLocks> _table;
    private readonly WhatIf _gateway;
    private readonly NatRange<TAddress> _rule;
    private readonly PendingEntry<TAddress>[] _entries;
    private readonly ulong[] _statuses;
    private readonly PortChoice[] _choices;
    private readonly HashSet<TAddress> _addresses = [];
    private CpuRandom _random;

    public KernelGateway(WhatIf gateway, int connections, int cpus, ulong seed)
    {
        _random = new CpuRandom(seed);
        _nat = NatState.Drawn(ref _random);
        uint entries = (uint)Math.Max(4_096, 2L * connections);
        _table = new ConntrackTable<TAddress, TEra, KernelLocks>(
            gateway.Era,
            new TableOptions
            {
                Buckets = entries,
                MaxConnections = entries,
                Cpus = cpus,
                HashKey = new SipKey(_random.Next64(), _random.Next64()),
                HashRandom = (uint)_random.Next64(),
                Seed = _random.Next64(),
            },
            _nat);
        _gateway = gateway;
        _rule = RuleOf(gateway, FirstAddressOf(gateway), gateway.Addresses);
        _entries = new PendingEntry<TAddress>[connections];
        Array.Fill(_entries, PendingEntry<TAddress>.None);
        _statuses = new ulong[connections];
        _choices = new PortChoice[connections];
    }

    public int AddressesUsed => _addresses.Count;

    public Chosen Choose(int number, int cpu, RecordedConnection connection)
    {
        ref CpuState state = ref _table.Cpu(cpu);
        ConntrackTuple<TAddress> tuple = TupleOf(connection);
        TupleHash hash = _table.Hash(in tuple);
        if (_table.TryFind(ref state, in tuple, hash, out _))
        {
            // The recording has the same flow again before the first one ended: a packet of a known connection.
            return new Chosen(0, true);
        }

        PendingEntry<TAddress> entry = _table.Create(ref state, in tuple, hash, (uint)_random.Next64());
        if (entry.IsNone)
        {
            return new Chosen(0, false);
        }

        ulong before = state.Probes;
        _choices[number] = NatHooks.Postrouting(_table, ref state, ref _random, ref entry, RuleFor(connection));
        _entries[number] = entry;
        ref readonly ConntrackTuple<TAddress> reply = ref _table.ReplyTuple(entry.Slot);
        _addresses.Add(reply.Destination);
        return new Chosen((int)(state.Probes - before), (tuple.IsIcmp ? reply.SourcePort : reply.DestinationPort) == connection.ClientKey);
    }

    public Loss Insert(int number, int cpu)
    {
        ref readonly PendingEntry<TAddress> entry = ref _entries[number];
        if (entry.IsNone)
        {
            return Loss.None;
        }

        ConfirmResult result = _table.Confirm(ref _table.Cpu(cpu), in entry);
        if (result is ConfirmResult.Inserted or ConfirmResult.InsertedReplyOnly)
        {
            _statuses[number] = _table.Status(entry.Slot);
            Answer(number, cpu);
            return Loss.None;
        }

        _entries[number] = PendingEntry<TAddress>.None;
        return result switch
        {
            ConfirmResult.Merged or ConfirmResult.AlreadyConfirmed => Loss.None,
            ConfirmResult.ChainTooLong => Loss.Chain,
            _ => _choices[number] switch
            {
                PortChoice.Exhausted => Loss.Exhausted,
                PortChoice.Searched => Loss.Search,
                _ => Loss.KeptPort,
            },
        };
    }

    public void Close(int number, int cpu)
    {
        Segment(number, cpu, Direction.Original, TcpSegment.Fin);
        Segment(number, cpu, Direction.Reply, TcpSegment.Fin);
        Segment(number, cpu, Direction.Original, TcpSegment.Ack);
    }

    public void Free(int number, int cpu)
    {
        if (!_entries[number].IsNone)
        {
            _table.Kill(ref _table.Cpu(cpu), Entry(number, Direction.Original));
            _entries[number] = PendingEntry<TAddress>.None;
        }
    }

    public void Dispose()
    {
        _table.Dispose();
        _nat.Dispose();
    }

    private void Answer(int number, int cpu)
    {
        Segment(number, cpu, Direction.Reply, TcpSegment.SynAck);
        Segment(number, cpu, Direction.Original, TcpSegment.Ack);
    }

    private void Segment(int number, int cpu, Direction direction, TcpSegment segment)
    {
        if (!_entries[number].IsNone && _table.OriginalTuple(_entries[number].Slot).Protocol == IPProtocol.Tcp)
        {
            _table.TcpPacket(ref _table.Cpu(cpu), Entry(number, direction), segment);
        }
    }

    /// <summary>The entry as it was inserted: one that was evicted since has another generation, and nothing happens to its
    /// successor.</summary>
    private EntryReference Entry(int number, Direction direction) => new(_entries[number].Slot, direction, _statuses[number]);

    /// <summary>The rule; of a pool that keeps its addresses, the one that the recording shows.</summary>
    private NatRange<TAddress> RuleFor(RecordedConnection connection) =>
        _gateway is { KeepsAddresses: true, Addresses: > 1 } && connection.NatAddress != 0 && IsOfFamily(connection.NatAddress)
            ? RuleOf(_gateway, connection.NatAddress, 1)
            : _rule;

    private static UInt128 FirstAddressOf(WhatIf gateway) =>
        gateway.FirstAddress != 0 && IsOfFamily(gateway.FirstAddress) ? gateway.FirstAddress : Documentation;

    private static NatRange<TAddress> RuleOf(WhatIf gateway, UInt128 first, int addresses)
    {
        NatFlags flags = gateway.Mode switch
        {
            PortMode.Random => NatFlags.ProtoRandom,
            PortMode.RandomFully => NatFlags.ProtoRandomFully,
            _ => NatFlags.None,
        };
        NatRange<TAddress> range = NatRange<TAddress>.Pool(AddressOf(first), AddressOf(first + (uint)(addresses - 1)), flags);
        return gateway.Ports == 64_512 ? range : range.WithPorts(gateway.Low, gateway.High);
    }

    private static bool IsOfFamily(UInt128 address) => (address >> 32) == 0xFFFF == (TAddress.WordCount == 1);

    private static ConntrackTuple<TAddress> TupleOf(RecordedConnection connection)
    {
        TAddress client = AddressOf(connection.Client);
        TAddress remote = AddressOf(connection.Remote);
        ConntrackTuple<TAddress> tuple = connection.Protocol is 1 or 58
            ? ConntrackTuple<TAddress>.OfIcmp(client, connection.ClientKey, remote, (byte)(connection.RemoteKey >> 8),
                (byte)connection.RemoteKey)
            : ConntrackTuple<TAddress>.Of((IPProtocol)connection.Protocol, client, connection.ClientKey, remote, connection.RemoteKey);
        tuple.Zone = connection.Zone;
        return tuple;
    }

    private static TAddress AddressOf(UInt128 address)
    {
        TAddress words = default;
        for (int i = 0; i < TAddress.WordCount; i++)
        {
            words = words.WithWord(i, BinaryPrimitives.ReverseEndianness((uint)(address >> (32 * (TAddress.WordCount - 1 - i)))));
        }

        return words;
    }
}
