using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Racing.Throughput;

namespace NatAllocBench.Contenders;

/// <summary>A contender's table under load: the same work as the model's designs, on a store of dictionaries.</summary>
internal sealed class ContenderTable<TStore> : IConnectionTable
    where TStore : struct, IConnectionStore
{
    private static readonly uint Lifetime = 1000 * (uint)Timeouts.Tcp(TcpState.SynSent);
    private readonly ThroughputWorkload _workload;
    private readonly TStore _store;
    private readonly NatState _nat;
    private readonly ContenderAllocator<TStore> _allocator;
    private readonly PerWorker<ContenderWorker> _workers;
    private readonly ulong _addedTicks;

    public ContenderTable(ThroughputWorkload workload, TStore store, ulong seed)
    {
        TableSecrets secrets = TableSecrets.Of(seed);
        _workload = workload;
        _store = store;
        _nat = secrets.NewNatState();
        _allocator = new ContenderAllocator<TStore>(store, workload.Era, workload.Rule, _nat);
        _workers = new PerWorker<ContenderWorker>(workload.Threads);
        _addedTicks = TickClock.FromNanoseconds(workload.WindowAddedNs);
        for (int worker = 0; worker < workload.Threads; worker++)
        {
            _workers[worker].Random = new CpuRandom(secrets.WorkerSeed(worker));
        }
    }

    public long NativeBytes => 0;

    public long Count => _store.Count;

    public TableWork Work
    {
        get
        {
            var work = default(TableWork);
            for (int worker = 0; worker < _workload.Threads; worker++)
            {
                work = new TableWork(work.Probes + _workers[worker].Probes, work.InsertFailed + _workers[worker].InsertFailed);
            }

            return work;
        }
    }

    public int Connect(int worker, int first, int end)
    {
        ref ContenderWorker mine = ref _workers[worker];
        ThroughputWorkload.FlowCursor flows = _workload.Flows(first);
        int confirmed = 0;
        for (int flow = first; flow < end; flow++)
        {
            flows.Next(out ConntrackTuple<IPv4Address> tuple);
            if (mine.Find(_store, FlowKey.Of(in tuple)) is not null)
            {
                continue;
            }

            var connection = new Connection(in tuple) { Deadline = mine.Now + Lifetime };
            _allocator.Choose(ref mine, connection);
            _store.AddBySource(connection);
            BusyWait.For(_addedTicks);
            if (_store.TryInsert(connection))
            {
                confirmed++;
            }
            else
            {
                mine.InsertFailed++;
                _store.RemoveBySource(connection);
            }
        }

        return confirmed;
    }

    public int Delete(int worker, int first, int end)
    {
        ref ContenderWorker mine = ref _workers[worker];
        ThroughputWorkload.FlowCursor flows = _workload.Flows(first);
        int deleted = 0;
        for (int flow = first; flow < end; flow++)
        {
            flows.Next(out ConntrackTuple<IPv4Address> tuple);
            if (mine.Find(_store, FlowKey.Of(in tuple)) is { } connection && connection.TryClaimRemoval())
            {
                _store.Remove(connection);
                deleted++;
            }
        }

        return deleted;
    }

    public void PassLifetime(int worker) => _workers[worker].Now += Lifetime + 1000;

    /// <summary>A dictionary cannot be walked in parts: worker 0 looks at all of it, the others have nothing to do.</summary>
    public int Expire(int worker, int part, int parts)
    {
        if (part != 0)
        {
            return 0;
        }

        uint now = _workers[worker].Now;
        List<Connection> expired = [];
        foreach (KeyValuePair<FlowKey, Connection> tuple in _store.Tuples())
        {
            if (tuple.Value.IsExpired(now) && tuple.Value.TryClaimRemoval())
            {
                expired.Add(tuple.Value);
            }
        }

        foreach (Connection connection in expired)
        {
            _store.Remove(connection);
        }

        return expired.Count;
    }

    public bool TryGetReply(in ConntrackTuple<IPv4Address> original, out ConntrackTuple<IPv4Address> reply)
    {
        Connection? connection = _workers[0].Find(_store, FlowKey.Of(in original));
        reply = connection?.Reply ?? default;
        return connection is not null;
    }

    public void Prove(long connections)
    {
        long tuples = 0;
        long misplaced = 0;
        foreach (KeyValuePair<FlowKey, Connection> tuple in _store.Tuples())
        {
            bool fits = tuple.Key == FlowKey.Of(tuple.Value.Original) || tuple.Key == FlowKey.Of(tuple.Value.Reply);
            misplaced += fits && tuple.Value.IsConfirmed ? 0 : 1;
            tuples++;
        }

        long sources = 0;
        foreach (KeyValuePair<FlowKey, Connection> source in _store.Sources())
        {
            for (Connection? at = source.Value; at is not null; at = at.NextOfSource)
            {
                sources++;
            }
        }

        RoundProof.Require(0, misplaced, "tuples that may be misplaced", "tuples that are");
        RoundProof.Require(2 * connections, tuples, "tuples of the confirmed connections", "tuples found by a walk");
        RoundProof.Require(connections, sources, "connections that were confirmed", "entries by source");
        RoundProof.Require(connections, Count, "connections that were confirmed", "the table's count");
    }

    public void Dispose() => _nat.Dispose();
}
