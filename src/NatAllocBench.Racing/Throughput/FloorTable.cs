using NatAllocBench.Netfilter.Batching;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Racing.Throughput;

/// <summary>The machine's floor under load, in the rounds of the designs: see <see cref="ConnectionFloor"/>.</summary>
internal sealed class FloorTable : IConnectionTable
{
    /// <summary>Name in options and tables.</summary>
    public const string Name = "floor";

    private const int BatchSize = 64;
    private readonly ThroughputWorkload _workload;
    private readonly ConnectionFloor _floor;
    private readonly PerWorker<CpuRandom> _randoms;
    private readonly IPv4Address _nat = RaceWorkload.NatAddress(0);

    public FloorTable(ThroughputWorkload workload, ulong seed)
    {
        _workload = workload;
        TableSecrets secrets = TableSecrets.Of(seed);
        _floor = new ConnectionFloor(workload.Buckets, (uint)workload.Connections, workload.Threads, secrets.HashKey);
        _randoms = new PerWorker<CpuRandom>(workload.Threads);
        for (int worker = 0; worker < workload.Threads; worker++)
        {
            _randoms[worker] = new CpuRandom(secrets.WorkerSeed(worker));
        }
    }

    public long NativeBytes => _floor.ReservedBytes;

    public long Count => _floor.Count().Entries;

    /// <summary>It probes nothing.</summary>
    public TableWork Work => default;

    public int Connect(int worker, int first, int end)
    {
        Span<ConntrackTuple<IPv4Address>> tuples = stackalloc ConntrackTuple<IPv4Address>[BatchSize];
        ThroughputWorkload.FlowCursor flows = _workload.Flows(first);
        for (int flow = first; flow < end; flow += BatchSize)
        {
            int count = Math.Min(BatchSize, end - flow);
            for (int i = 0; i < count; i++)
            {
                flows.Next(out tuples[i]);
            }

            _floor.Connect(worker, ref _randoms[worker], tuples[..count], (uint)flow, _nat);
        }

        return end - first;
    }

    public int Delete(int worker, int first, int end)
    {
        int stood = 0;
        for (int flow = first; flow < end; flow++)
        {
            stood += _floor.Forget((uint)flow) ? 1 : 0;
        }

        return stood;
    }

    public void PassLifetime(int worker)
    {
        // It has no clock.
    }

    public int Expire(int worker, int part, int parts) => Delete(
        worker, (int)((long)_workload.Connections * part / parts), (int)((long)_workload.Connections * (part + 1) / parts));

    public bool TryGetReply(in ConntrackTuple<IPv4Address> original, out ConntrackTuple<IPv4Address> reply) =>
        _floor.TryGetReply(original.Source.Value - RaceWorkload.ClientAddress(0).Value, out reply);

    public void Prove(long connections)
    {
        FloorCount count = _floor.Count();
        RoundProof.Require(connections, count.Entries, "connections that were linked", "entries");
        if (connections == 0)
        {
            _floor.Clear();
            return;
        }

        RoundProof.Require(2 * connections, count.Nodes, "both directions of all connections", "nodes found by a walk");
        RoundProof.Require(connections, count.Sources, "connections that were linked", "nodes by source");
    }

    public void Dispose() => _floor.Dispose();
}
