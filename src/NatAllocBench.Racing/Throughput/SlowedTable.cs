using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Clocks;

namespace NatAllocBench.Racing.Throughput;

/// <summary>
/// A table whose connections take longer by a fixed time, which their worker waits after each batch of them: a difference that is there,
/// for a comparison to find.
/// </summary>
internal sealed class SlowedTable(IConnectionTable table, double addedNs) : IConnectionTable
{
    // What NAPI hands over at once, and what the batched design takes: its batches stay whole.
    private const int Batch = 64;

    private readonly ulong _ticksOfBatch = TickClock.FromNanoseconds(Batch * addedNs);

    public long NativeBytes => table.NativeBytes;

    public long Count => table.Count;

    public TableWork Work => table.Work;

    public int Connect(int worker, int first, int end)
    {
        int connected = 0;
        for (int next = first; next < end; next += Batch)
        {
            int count = Math.Min(Batch, end - next);
            connected += table.Connect(worker, next, next + count);
            BusyWait.For(_ticksOfBatch * (ulong)count / Batch);
        }

        return connected;
    }

    public int Delete(int worker, int first, int end) => table.Delete(worker, first, end);

    public void PassLifetime(int worker) => table.PassLifetime(worker);

    public int Expire(int worker, int part, int parts) => table.Expire(worker, part, parts);

    public bool TryGetReply(in ConntrackTuple<IPv4Address> original, out ConntrackTuple<IPv4Address> reply) =>
        table.TryGetReply(in original, out reply);

    public void Prove(long connections) => table.Prove(connections);

    public void Dispose() => table.Dispose();
}
