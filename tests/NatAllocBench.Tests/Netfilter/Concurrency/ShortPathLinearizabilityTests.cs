using System.Collections.Concurrent;
using System.Globalization;
using CsCheck;
using NatAllocBench.Netfilter.Batching;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Tests.Netfilter.Concurrency;

/// <summary>
/// Whole connections on the short path, on several threads at once: every port and the table in the end are those of some order of the
/// operations. A connection that loses at confirm is sent again, as a client does; so what it gets in the end is what an order gives it.
/// </summary>
public sealed class ShortPathLinearizabilityTests
{
    private const int Seconds = 2;
    private const int Flows = 4;
    private const ushort OwnPort = 5000;
    private static readonly IPv4Address Nat = IPv4Address.Parse("198.51.100.1");

    [Fact]
    public void Connections_of_a_block_of_one_take_effect_one_at_a_time() => Check(isBlock: false);

    [Fact]
    public void Connections_of_a_block_take_effect_one_at_a_time() => Check(isBlock: true);

    private static void Check(bool isBlock)
    {
        Gen<int> number = Gen.Int[0, int.MaxValue];
        Gen<int> flow = Gen.Int[0, Flows - 1];
        Gen<(int, int)> numbered = Gen.Select(number, flow);
        var inserted = new Counter();
        var taken = new Counter();
        Gen.UInt[1, 64].Select(buckets => (new Gateway(buckets, inserted, taken, isBlock), new Model())).SampleLinearly(
            [
                GenOperation.Create<Gateway, Model, (int, int)>(
                    numbered, (gateway, arg) => gateway.Connect(arg.Item1, arg.Item2), (model, arg) => model.Connect(arg.Item1, arg.Item2)),
                GenOperation.Create<Gateway, Model, (int, int)>(
                    numbered, (gateway, arg) => gateway.Find(arg.Item1, arg.Item2), (model, arg) => model.Find(arg.Item1, arg.Item2)),
                GenOperation.Create<Gateway, Model, (int, int)>(
                    numbered, (gateway, arg) => gateway.Kill(arg.Item1, arg.Item2), (model, arg) => model.Kill(arg.Item1, arg.Item2)),
                GenOperation.Create<Gateway, Model, uint>(
                    Gen.UInt[1, 64], (gateway, buckets) => gateway.Resize(buckets), (_, _) => { }),
            ],
            Seconds);
        Assert.True(
            inserted.Value > 0 && taken.Value >= inserted.Value / 2, $"{taken.Value} of {inserted.Value} connections took the short path");
    }

    /// <summary>Flows of different sources that have one port and one destination, so that all ask for one REPLY tuple first.</summary>
    private static ConntrackTuple<IPv4Address> Original(int flow) => ConntrackTuple<IPv4Address>.Of(
        IPProtocol.Tcp, IPv4Address.FromValue(0x0A000001 + (uint)flow), OwnPort, IPv4Address.Parse("192.0.2.1"), 443);

    private static CpuRandom DrawsOf(int flow) => new((ulong)flow);

    private sealed class Counter
    {
        private long _value;

        public long Value => _value;

        public void Add(ulong count) => Interlocked.Add(ref _value, (long)count);
    }

    /// <summary>
    /// One operation after the other: a flow keeps its port if no other has it, else it takes the first free one from its draw on.
    /// </summary>
    private sealed class Model : ISmallTable
    {
        private readonly SortedDictionary<int, int> _ports = [];

        public IDictionary<int, string> Answers { get; } = new Dictionary<int, string>();

        public void Connect(int number, int flow)
        {
            bool isNew = !_ports.ContainsKey(flow);
            if (isNew)
            {
                int port = OwnPort;
                CpuRandom draws = DrawsOf(flow);
                for (int offset = draws.Next16(); _ports.ContainsValue(port); offset++)
                {
                    port = 1024 + (offset % 64512);
                }

                _ports.Add(flow, port);
            }

            Answers[number] = $"connect {flow} {isNew}";
        }

        public void Find(int number, int flow) => Answers[number] = $"find {flow} {_ports.ContainsKey(flow)}";

        public void Kill(int number, int flow) => Answers[number] = $"kill {flow} {_ports.Remove(flow)}";

        public string Contents() => string.Join(", ", _ports.Select(flow => $"{flow.Key} at {flow.Value}")) + $"; count {_ports.Count}";
    }

    private sealed class Gateway : ISmallTable, IDisposable
    {
        private const int Cpus = 8;
        private readonly NatState _nat = new(default);
        private readonly ConntrackTable<IPv4Address, Linux6_5, LockFree> _table;
        private readonly ShortPath<IPv4Address, Linux6_5, LockFree>[] _paths;
        private readonly ConcurrentBag<int> _idle = [.. Enumerable.Range(0, Cpus)];
        private readonly NatRange<IPv4Address> _rule = NatRange<IPv4Address>.Masquerade(Nat);
        private readonly Counter _inserted;
        private readonly Counter _taken;
        private readonly bool _isBlock;

        public Gateway(uint buckets, Counter inserted, Counter taken, bool isBlock)
        {
            _inserted = inserted;
            _taken = taken;
            _isBlock = isBlock;
            _table = new ConntrackTable<IPv4Address, Linux6_5, LockFree>(
                EraCatalog.Get("6.12"), new TableOptions { Buckets = buckets, BySourceBuckets = 16, MaxConnections = 4096, Cpus = Cpus },
                _nat);
            _paths = [.. Enumerable.Range(0, Cpus).Select(_ => new ShortPath<IPv4Address, Linux6_5, LockFree>(_table))];
            Assert.All(_paths, path => Assert.True(path.Covers(in _rule)));
        }

        public IDictionary<int, string> Answers { get; } = new ConcurrentDictionary<int, string>();

        public void Connect(int number, int flow) => Do(number, cpu =>
        {
            ConntrackTuple<IPv4Address> original = Original(flow);
            ref CpuState state = ref _table.Cpu(cpu);
            while (true)
            {
                CpuRandom draws = DrawsOf(flow);
                ulong before = state.ShortPath;
                ulong failed = state.Counters.InsertFailed;
                bool isInserted = _isBlock
                    ? _paths[cpu].Connect(ref state, ref draws, new ReadOnlySpan<ConntrackTuple<IPv4Address>>(in original)) == 1
                    : _paths[cpu].Connect(ref state, ref draws, in original);
                if (isInserted || state.Counters.InsertFailed == failed)
                {
                    _inserted.Add(isInserted ? 1ul : 0);
                    _taken.Add(isInserted ? state.ShortPath - before : 0);
                    return $"connect {flow} {isInserted}";
                }
            }
        });

        public void Find(int number, int flow) => Do(number, cpu =>
        {
            ConntrackTuple<IPv4Address> original = Original(flow);
            return $"find {flow} {_table.TryFind(ref _table.Cpu(cpu), in original, _table.Hash(in original), out _)}";
        });

        public void Kill(int number, int flow) => Do(number, cpu =>
        {
            ConntrackTuple<IPv4Address> original = Original(flow);
            ref CpuState state = ref _table.Cpu(cpu);
            bool killed = _table.TryFind(ref state, in original, _table.Hash(in original), out EntryReference entry)
                && _table.Kill(ref state, entry);
            return $"kill {flow} {killed}";
        });

        public void Resize(uint buckets) => _table.Resize(buckets);

        public string Contents()
        {
            _table.Audit();
            var entries = new SortedDictionary<uint, int>();
            _table.ForEach((slot, _) => entries.Add(
                _table.OriginalTuple(slot).Source.Value - Original(0).Source.Value, _table.ReplyTuple(slot).DestinationPort));
            return string.Join(", ", entries.Select(entry => $"{entry.Key} at {entry.Value}"))
                + string.Create(CultureInfo.InvariantCulture, $"; count {_table.Count}");
        }

        public void Dispose()
        {
            for (int cpu = 0; cpu < Cpus; cpu++)
            {
                _paths[cpu].Dispose();
            }

            _table.Dispose();
            _nat.Dispose();
        }

        private void Do(int number, Func<int, string> operation)
        {
            // At most as many workers as CPUs, so there is always one.
            Assert.True(_idle.TryTake(out int cpu));
            Answers[number] = operation(cpu);
            _idle.Add(cpu);
        }
    }
}
