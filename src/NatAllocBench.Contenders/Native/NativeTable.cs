using System.Text;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Throughput;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Contenders.Native;

/// <summary>A native peer under load: the harness's flows, slices and proofs, with one call into the library for each slice.</summary>
internal sealed unsafe class NativeTable : IConnectionTable
{
    private const int MessageSize = 256;
    private readonly PeerCalls _calls;
    private readonly uint _firstClient;
    private readonly ThroughputWorkload _workload;
    private void* _table;

    /// <summary>An empty table.</summary>
    /// <param name="calls">The built peer.</param>
    /// <param name="workload">What it will do.</param>
    /// <param name="seed">Its secrets come from it.</param>
    /// <exception cref="InvalidOperationException">The library refuses; the message says why.</exception>
    public NativeTable(PeerCalls calls, ThroughputWorkload workload, ulong seed)
    {
        _calls = calls;
        _workload = workload;
        TableSecrets secrets = TableSecrets.Of(seed);
        _firstClient = RaceWorkload.ClientAddress(0).Value;
        ThroughputWorkload.FlowCursor flows = workload.Flows(0);
        flows.Next(out ConntrackTuple<IPv4Address> first);
        var peer = new PeerWorkload
        {
            Threads = (uint)workload.Threads,
            Connections = (uint)workload.Connections,
            Destinations = (uint)workload.Destinations,
            FirstClient = _firstClient,
            FirstDestination = RaceWorkload.DestinationAddress(0).Value,
            NatAddress = RaceWorkload.NatAddress(0).Value,
            LifetimeMs = 1000 * (uint)Timeouts.Tcp(TcpState.SynSent),
            Buckets = workload.Buckets,
            SourcePort = first.SourcePort,
            DestinationPort = first.DestinationPort,
            KeepsPort = workload.Mode.Name == RaceMode.Default.Name ? (ushort)1 : (ushort)0,
            Seed = secrets.Seed,
            HashKey0 = secrets.HashKey.K0,
            HashKey1 = secrets.HashKey.K1,
        };
        byte* why = stackalloc byte[MessageSize];
        _table = calls.Create(&peer, why, MessageSize);
        if (_table is null)
        {
            throw new InvalidOperationException(Text(why));
        }
    }

    public long NativeBytes => _calls.Bytes(_table);

    public long Count => _calls.Count(_table);

    public TableWork Work
    {
        get
        {
            PeerWork done = _calls.Done(_table);
            return new TableWork(done.Probes, done.InsertFailed);
        }
    }

    public int Connect(int worker, int first, int end) => _calls.Connect(_table, worker, first, end);

    public int Delete(int worker, int first, int end) => _calls.Delete(_table, worker, first, end);

    public void PassLifetime(int worker) => _calls.PassLifetime(_table, worker);

    public int Expire(int worker, int part, int parts) => _calls.Expire(_table, worker, part, parts);

    public bool TryGetReply(in ConntrackTuple<IPv4Address> original, out ConntrackTuple<IPv4Address> reply)
    {
        int port = _calls.ReplyPort(_table, (int)(original.Source.Value - _firstClient));
        reply = default;
        if (port < 0)
        {
            return false;
        }

        reply = original.Invert();
        reply.Destination = RaceWorkload.NatAddress(0);
        reply.DestinationPort = (ushort)port;
        return true;
    }

    public void Prove(long connections)
    {
        byte* why = stackalloc byte[MessageSize];
        if (_calls.Prove(_table, connections, why, MessageSize) != 0)
        {
            throw new TrialContradictionException(Text(why));
        }
    }

    public void Dispose()
    {
        if (_table is not null)
        {
            _calls.Destroy(_table);
            _table = null;
        }
    }

    private static string Text(byte* message) =>
        Encoding.UTF8.GetString(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(message));
}
