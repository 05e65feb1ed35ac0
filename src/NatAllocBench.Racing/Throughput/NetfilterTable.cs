using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Racing.Race;

namespace NatAllocBench.Racing.Throughput;

/// <summary>The model's own table under load, one connection after the other, for each of its designs.</summary>
/// <typeparam name="TEra">The era's hot traits.</typeparam>
/// <typeparam name="TDesign">The table design.</typeparam>
internal class NetfilterTable<TEra, TDesign> : IConnectionTable
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private readonly NatState _nat;
    private readonly NatRange<IPv4Address> _rule;

    public NetfilterTable(ThroughputWorkload workload, ulong seed)
    {
        Workload = workload;
        _rule = workload.Rule;
        AddedTicks = TickClock.FromNanoseconds(workload.WindowAddedNs);
        TableSecrets secrets = TableSecrets.Of(seed);
        _nat = secrets.NewNatState();
        Table = new ConntrackTable<IPv4Address, TEra, TDesign>(
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
        Randoms = new PerWorker<CpuRandom>(workload.Threads);
        for (int worker = 0; worker < workload.Threads; worker++)
        {
            Randoms[worker] = new CpuRandom(secrets.WorkerSeed(worker));
        }
    }

    public long NativeBytes => Table.ReservedBytes;

    protected ThroughputWorkload Workload { get; }

    protected ref readonly NatRange<IPv4Address> Rule => ref _rule;

    protected ConntrackTable<IPv4Address, TEra, TDesign> Table { get; }

    protected PerWorker<CpuRandom> Randoms { get; }

    protected ulong AddedTicks { get; }

    public long Count => Table.Count;

    public TableWork Work
    {
        get
        {
            ulong probes = 0;
            ulong failed = 0;
            ulong shortPath = 0;
            for (int cpu = 0; cpu < Table.CpuCount; cpu++)
            {
                probes += Table.Cpu(cpu).Probes;
                failed += Table.Cpu(cpu).Counters.InsertFailed;
                shortPath += Table.Cpu(cpu).ShortPath;
            }

            return new TableWork((long)probes, (long)failed, TDesign.IsLockFree ? (long)shortPath : null);
        }
    }

    /// <summary>How a first packet gets an entry, and what is noted when that has its port.</summary>
    protected interface IOpening
    {
        bool TryOpen(
            ref CpuState cpu,
            in CpuRandom random,
            in ConntrackTuple<IPv4Address> tuple,
            in NatRange<IPv4Address> rule,
            out PendingEntry<IPv4Address> entry);

        void Close(PortChoice choice);
    }

    public virtual int Connect(int worker, int first, int end) => Connect(worker, first, end, new Plain(Table));

    protected int Connect<TOpening>(int worker, int first, int end, TOpening opening)
        where TOpening : struct, IOpening
    {
        ConntrackTable<IPv4Address, TEra, TDesign> table = Table;
        ulong addedTicks = AddedTicks;
        ref CpuState cpu = ref table.Cpu(worker);
        CpuRandom random = Randoms[worker];
        ThroughputWorkload.FlowCursor flows = Workload.Flows(first);
        int confirmed = 0;
        for (int flow = first; flow < end; flow++)
        {
            flows.Next(out ConntrackTuple<IPv4Address> tuple);
            if (!opening.TryOpen(ref cpu, in random, in tuple, in _rule, out PendingEntry<IPv4Address> entry))
            {
                continue;
            }

            opening.Close(NatSetup.Run(table, ref cpu, ref random, ref entry, in _rule, ManipType.Source));
            BusyWait.For(addedTicks);
            confirmed += table.Confirm(ref cpu, in entry) == ConfirmResult.Inserted ? 1 : 0;
        }

        Randoms[worker] = random;
        return confirmed;
    }

    public int Delete(int worker, int first, int end)
    {
        ref CpuState cpu = ref Table.Cpu(worker);
        ThroughputWorkload.FlowCursor flows = Workload.Flows(first);
        int deleted = 0;
        for (int flow = first; flow < end; flow++)
        {
            flows.Next(out ConntrackTuple<IPv4Address> tuple);
            if (Table.TryFind(ref cpu, in tuple, Table.Hash(in tuple), out EntryReference entry) && Table.Kill(ref cpu, entry))
            {
                deleted++;
            }
        }

        return deleted;
    }

    public void PassLifetime(int worker) => Table.Cpu(worker).Now += (uint)(Timeouts.Tcp(TcpState.SynSent) + 1) * 1000;

    public int Expire(int worker, int part, int parts)
    {
        uint buckets = Table.BucketCount;
        uint first = (uint)((ulong)buckets * (ulong)part / (ulong)parts);
        uint end = (uint)((ulong)buckets * (ulong)(part + 1) / (ulong)parts);
        return (int)Table.CollectExpired(ref Table.Cpu(worker), first, end - first);
    }

    public bool TryGetReply(in ConntrackTuple<IPv4Address> original, out ConntrackTuple<IPv4Address> reply)
    {
        bool stands = Table.TryFind(ref Table.Cpu(0), in original, Table.Hash(in original), out EntryReference entry);
        reply = stands ? Table.ReplyTuple(entry.Slot) : default;
        return stands;
    }

    public void Prove(long connections)
    {
        try
        {
            TableAudit audit = Table.Audit();
            RoundProof.Require(connections, audit.Entries, "connections that were confirmed", "entries found by a walk");
            RoundProof.Require(connections, audit.BySource, "connections that were confirmed", "entries by source");
            RoundProof.Require(connections, Table.Count, "connections that were confirmed", "the table's count");
        }
        catch (TableCorruptException e)
        {
            throw new TrialContradictionException(e.Message, e);
        }
    }

    public virtual void Dispose()
    {
        Table.Dispose();
        _nat.Dispose();
    }

    /// <summary>Every hash where the kernel computes it.</summary>
    private readonly struct Plain(ConntrackTable<IPv4Address, TEra, TDesign> table) : IOpening
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool TryOpen(
            ref CpuState cpu,
            in CpuRandom random,
            in ConntrackTuple<IPv4Address> tuple,
            in NatRange<IPv4Address> rule,
            out PendingEntry<IPv4Address> entry)
        {
            TupleHash hash = table.Hash(in tuple);
            Unsafe.SkipInit(out entry);
            return !table.TryFind(ref cpu, in tuple, hash, out _) && table.TryCreate(ref cpu, in tuple, hash, 0, out entry);
        }

        public void Close(PortChoice choice)
        {
            // The next connection expects nothing of this one.
        }
    }
}
