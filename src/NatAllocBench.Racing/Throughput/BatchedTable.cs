using NatAllocBench.Netfilter.Batching;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Clocks;

namespace NatAllocBench.Racing.Throughput;

/// <summary>The model's table under load, connections in batches; deletion and expiry as in the other designs.</summary>
/// <typeparam name="TEra">The era's hot traits.</typeparam>
internal sealed class BatchedTable<TEra> : NetfilterTable<TEra, LockFree>
    where TEra : struct, IEra
{
    /// <summary>Connections of a batch: what NAPI hands over at once.</summary>
    private const int BatchSize = 64;

    private readonly ConnectionBatch<IPv4Address, TEra>[] _batches;
    private readonly Action? _window;

    public BatchedTable(ThroughputWorkload workload, ulong seed, bool takesShortPath = true)
        : base(workload, seed)
    {
        _batches =
        [
            .. Enumerable.Range(0, workload.Threads)
                .Select(_ => new ConnectionBatch<IPv4Address, TEra>(Table, BatchSize, takesShortPath)),
        ];
        _window = AddedTicks == 0 ? null : () => BusyWait.For(AddedTicks);
    }

    public override int Connect(int worker, int first, int end)
    {
        Span<ConntrackTuple<IPv4Address>> tuples = stackalloc ConntrackTuple<IPv4Address>[BatchSize];
        ref CpuState cpu = ref Table.Cpu(worker);
        ThroughputWorkload.FlowCursor flows = Workload.Flows(first);
        int confirmed = 0;
        for (int flow = first; flow < end; flow += BatchSize)
        {
            int count = Math.Min(BatchSize, end - flow);
            for (int i = 0; i < count; i++)
            {
                flows.Next(out tuples[i]);
            }

            confirmed += _batches[worker].Connect(ref cpu, ref Randoms[worker], tuples[..count], in Rule, _window);
        }

        return confirmed;
    }

    public override void Dispose()
    {
        foreach (ConnectionBatch<IPv4Address, TEra> batch in _batches)
        {
            batch.Dispose();
        }

        base.Dispose();
    }
}
