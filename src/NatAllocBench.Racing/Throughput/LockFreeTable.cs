using NatAllocBench.Netfilter.Batching;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Racing.Throughput;

/// <summary>A lock-free design under load, one connection after the other, with the hashes of each computed at once.</summary>
/// <typeparam name="TEra">The era's hot traits.</typeparam>
/// <typeparam name="TDesign">The design.</typeparam>
internal sealed class LockFreeTable<TEra, TDesign> : NetfilterTable<TEra, TDesign>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private readonly ConnectionHashes<IPv4Address, TEra, TDesign>[] _hashes;

    public LockFreeTable(ThroughputWorkload workload, ulong seed, bool takesShortPath = true)
        : base(workload, seed) =>
        _hashes =
        [
            .. Enumerable.Range(0, workload.Threads).Select(_ => new ConnectionHashes<IPv4Address, TEra, TDesign>(Table, takesShortPath)),
        ];

    public override int Connect(int worker, int first, int end) => AddedTicks == 0
        ? ConnectWhole(worker, first, end)
        : Connect(worker, first, end, new Ahead(_hashes[worker])); // the short path does not part allocation and confirm

    private int ConnectWhole(int worker, int first, int end)
    {
        ConnectionHashes<IPv4Address, TEra, TDesign> hashes = _hashes[worker];
        ref CpuState cpu = ref Table.Cpu(worker);
        CpuRandom random = Randoms[worker];
        ThroughputWorkload.FlowCursor flows = Workload.Flows(first);
        int confirmed = 0;
        for (int flow = first; flow < end; flow++)
        {
            flows.Next(out ConntrackTuple<IPv4Address> tuple);
            confirmed += hashes.Connect(ref cpu, ref random, in tuple, in Rule) ? 1 : 0;
        }

        Randoms[worker] = random;
        return confirmed;
    }

    public override void Dispose()
    {
        foreach (ConnectionHashes<IPv4Address, TEra, TDesign> hashes in _hashes)
        {
            hashes.Dispose();
        }

        base.Dispose();
    }

    /// <summary>The hashes of a connection computed at once.</summary>
    private readonly struct Ahead(ConnectionHashes<IPv4Address, TEra, TDesign> hashes) : IOpening
    {
        public bool TryOpen(
            ref CpuState cpu,
            in CpuRandom random,
            in ConntrackTuple<IPv4Address> tuple,
            in NatRange<IPv4Address> rule,
            out PendingEntry<IPv4Address> entry) => hashes.TryOpen(ref cpu, in random, in tuple, in rule, out entry);

        public void Close(PortChoice choice) => hashes.Close(choice);
    }
}
