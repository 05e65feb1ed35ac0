using NatAllocBench.Netfilter.Batching;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Racing.Race;

namespace NatAllocBench.Scenarios.ShortPath;

/// <summary>
/// A table on one CPU that connects the same flows in batches, round after round, and expires in between. Each batch is timed by itself.
/// </summary>
internal sealed class PathBench<TAddress, TEra> : IDisposable
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
{
    private const int BatchSize = 64;
    private const uint Buckets = 262_144;
    private const uint LongerThanAnyLifetime = 3_600_000;

    private readonly NatState _nat;
    private readonly ConntrackTable<TAddress, TEra, LockFree> _table;
    private readonly ConnectionBatch<TAddress, TEra> _batch;
    private readonly ConntrackTuple<TAddress>[][] _batches;
    private readonly int _connections;
    private readonly NatRange<TAddress> _rule;
    private readonly Action? _window;
    private CpuRandom _random;

    /// <summary>An empty table.</summary>
    /// <param name="kind">Flows and rule.</param>
    /// <param name="addressOf">An IPv4 address in the family that is measured.</param>
    /// <param name="connections">Flows of a round, whole batches of 64 but for one.</param>
    /// <param name="seed">Everything drawn follows from it.</param>
    public PathBench(Era era, PathKind kind, Func<IPv4Address, TAddress> addressOf, int connections, ulong seed)
    {
        _random = new CpuRandom(seed);
        _nat = NatState.Drawn(ref _random);
        _batches = [.. kind.Flows(connections, addressOf).Chunk(BatchSize)];
        _connections = connections;
        _rule = kind.Rule(addressOf);
        _window = kind.HasWindow ? () => { } : null;
        _table = new ConntrackTable<TAddress, TEra, LockFree>(
            era,
            new TableOptions
            {
                Buckets = Buckets,
                MaxConnections = Buckets,
                Cpus = 1,
                HashKey = new SipKey(_random.Next64(), _random.Next64()),
                HashRandom = (uint)_random.Next64(),
                Seed = _random.Next64(),
            },
            _nat);
        _batch = new ConnectionBatch<TAddress, TEra>(_table, BatchSize, kind.TakesShortPath);
    }

    /// <summary>Share of all connections so far that took the short path.</summary>
    public double ShortPathShare => (double)_table.Cpu(0).ShortPath / Connected;

    /// <summary>Candidates that were probed for a connection.</summary>
    public double ProbesPerConnection => (double)_table.Cpu(0).Probes / Connected;

    private long Connected { get; set; }

    /// <summary>Connects all flows in an empty table, and empties it again.</summary>
    /// <returns>What a connection of the median batch takes, ns.</returns>
    public double ConnectNs() => Round(rehearsed: null);

    /// <summary>The same, but timed are rehearsals of the batches before each is connected.</summary>
    /// <param name="last">The part with which a rehearsal ends.</param>
    /// <returns>What a rehearsal of the median batch takes for each connection, ns.</returns>
    public double RehearseNs(ConnectPart last) => Round(last);

    public void Dispose()
    {
        _batch.Dispose();
        _table.Dispose();
        _nat.Dispose();
    }

    // The median batch: one in which the CPU was taken away, or which an interrupt made longer, does not count more than another.
    private double Round(ConnectPart? rehearsed)
    {
        List<ulong> ticks = [];
        int inserted = 0;
        ref CpuState cpu = ref _table.Cpu(0);
        foreach (ConntrackTuple<TAddress>[] batch in _batches)
        {
            ulong start = TickClock.Now();
            ulong rehearsal = 0;
            if (rehearsed is { } last)
            {
                _batch.Rehearse(last, ref cpu, _random, batch, in _rule);
                rehearsal = TickClock.Now() - start;
            }

            inserted += _batch.Connect(ref cpu, ref _random, batch, in _rule, _window);
            ticks.Add(rehearsed is null ? TickClock.Now() - start : rehearsal);
        }

        Empty(inserted);
        ticks.Sort();
        return TickClock.ToNanoseconds(ticks[ticks.Count / 2]) / BatchSize;
    }

    private void Empty(int inserted)
    {
        Connected += _connections;
        ref CpuState cpu = ref _table.Cpu(0);
        cpu.Now += LongerThanAnyLifetime;
        long expired = _table.CollectExpired(ref cpu, 0, _table.BucketCount);
        if (inserted != _connections || expired != inserted)
        {
            throw new TrialContradictionException($"of {_connections} flows {inserted} were connected and {expired} expired");
        }
    }
}
