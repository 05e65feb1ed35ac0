using NatAllocBench.Netfilter.Conntrack;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Platform;
using NatAllocBench.Racing.Race;

namespace NatAllocBench.Racing.Throughput;

/// <summary>The model's own table under load, one connection after the other, for each of its designs.</summary>
/// <typeparam name="TEra">The era's hot traits.</typeparam>
/// <typeparam name="TDesign">The table design.</typeparam>
internal sealed class NetfilterTable<TEra, TDesign> : IConnectionTable
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private readonly ThroughputWorkload _workload;
    private readonly NatRange<IPv4Address> _rule;
    private readonly NatState _nat;
    private readonly ConntrackTable<IPv4Address, TEra, TDesign> _table;
    private readonly PerWorker<CpuRandom> _randoms;
    private readonly ulong _addedTicks;

    public NetfilterTable(ThroughputWorkload workload, ulong seed)
    {
        _workload = workload;
        _rule = workload.Rule;
        _addedTicks = TickClock.FromNanoseconds(workload.WindowAddedNs);
        TableSecrets secrets = TableSecrets.Of(seed);
        _nat = secrets.NewNatState();
        _table = new ConntrackTable<IPv4Address, TEra, TDesign>(
            workload.Era,
            new TableOptions
            {
                Buckets = workload.Buckets,

                // Workers count entries in lots of their own in some designs; none of that may count as a full table.
                MaxConnections = (uint)(workload.Connections + (1024 * workload.Threads)),
                Cpus = workload.Threads,
                HashKey = secrets.HashKey,
                HashRandom = secrets.HashRandom,
                Seed = secrets.Seed,
            },
            _nat);
        _randoms = new PerWorker<CpuRandom>(workload.Threads);
        for (int worker = 0; worker < workload.Threads; worker++)
        {
            _randoms[worker] = new CpuRandom(secrets.WorkerSeed(worker));
        }
    }

    public long NativeBytes => _table.ReservedBytes;

    public long Count => _table.Count;

    public TableWork Work
    {
        get
        {
            ulong probes = 0;
            ulong failed = 0;
            for (int cpu = 0; cpu < _table.CpuCount; cpu++)
            {
                probes += _table.Cpu(cpu).Probes;
                failed += _table.Cpu(cpu).Counters.InsertFailed;
            }

            return new TableWork((long)probes, (long)failed);
        }
    }

    public int Connect(int worker, int first, int end)
    {
        ConntrackTable<IPv4Address, TEra, TDesign> table = _table;
        ref CpuState cpu = ref table.Cpu(worker);
        CpuRandom random = _randoms[worker];
        ThroughputWorkload.FlowCursor flows = _workload.Flows(first);
        int confirmed = 0;
        for (int flow = first; flow < end; flow++)
        {
            ConntrackTuple<IPv4Address> tuple = flows.Next();
            uint hash = table.Hash(in tuple);
            if (table.TryFind(ref cpu, in tuple, hash, out _))
            {
                continue;
            }

            uint slot = table.Create(ref cpu, in tuple, hash);
            if (slot == CpuState.NoSlot)
            {
                continue;
            }

            NatSetup.Run(table, ref cpu, ref random, slot, in _rule, ManipType.Source);
            BusyWait.For(_addedTicks);
            confirmed += table.Confirm(ref cpu, slot) == ConfirmResult.Inserted ? 1 : 0;
        }

        _randoms[worker] = random;
        return confirmed;
    }

    public int Delete(int worker, int first, int end)
    {
        ref CpuState cpu = ref _table.Cpu(worker);
        ThroughputWorkload.FlowCursor flows = _workload.Flows(first);
        int deleted = 0;
        for (int flow = first; flow < end; flow++)
        {
            ConntrackTuple<IPv4Address> tuple = flows.Next();
            if (_table.TryFind(ref cpu, in tuple, _table.Hash(in tuple), out EntryReference entry) && _table.Kill(ref cpu, entry))
            {
                deleted++;
            }
        }

        return deleted;
    }

    public void PassLifetime(int worker) => _table.Cpu(worker).Now += (uint)(Timeouts.Tcp(TcpState.SynSent) + 1) * 1000;

    public int Expire(int worker, int part, int parts)
    {
        uint buckets = _table.BucketCount;
        uint first = (uint)((ulong)buckets * (ulong)part / (ulong)parts);
        uint end = (uint)((ulong)buckets * (ulong)(part + 1) / (ulong)parts);
        return (int)_table.CollectExpired(ref _table.Cpu(worker), first, end - first);
    }

    public bool TryGetReply(in ConntrackTuple<IPv4Address> original, out ConntrackTuple<IPv4Address> reply)
    {
        bool stands = _table.TryFind(ref _table.Cpu(0), in original, _table.Hash(in original), out EntryReference entry);
        reply = stands ? _table.ReplyTuple(entry.Slot) : default;
        return stands;
    }

    public void Prove(long connections)
    {
        try
        {
            TableAudit audit = _table.Audit();
            RoundProof.Require(connections, audit.Entries, "connections that were confirmed", "entries found by a walk");
            RoundProof.Require(connections, audit.BySource, "connections that were confirmed", "entries by source");
            RoundProof.Require(connections, _table.Count, "connections that were confirmed", "the table's count");
        }
        catch (TableCorruptException e)
        {
            throw new TrialContradictionException(e.Message, e);
        }
    }

    public void Dispose()
    {
        _table.Dispose();
        _nat.Dispose();
    }
}
