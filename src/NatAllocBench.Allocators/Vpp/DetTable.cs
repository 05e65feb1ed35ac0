using NatAllocBench.Allocators.Race;

namespace NatAllocBench.Allocators.Vpp;

/// <summary>
/// A raced det44: 64 clients of 10.0.0.0/26 share one address, 1008 ports each. Nothing is shared between clients, and a client belongs to
/// one worker; its first packets are looked up in the same 1000 slots that hold its ports.
/// </summary>
internal sealed class DetTable : SystemTable
{
    /// <summary>Clients that share the address; others have no ports.</summary>
    public const int Clients = 64;

    private const ushort FilledPort = 1;

    private static readonly DetMap Map = new(SystemFlows.FirstClient & ~(Clients - 1u), 26, SystemSetup.Address, 32);

    private readonly DetSessions[] _sessions = [.. Enumerable.Range(0, Clients).Select(_ => new DetSessions())];

    public DetTable(SystemSetup setup) => ArgumentOutOfRangeException.ThrowIfNotEqual(setup.Pool, 1, nameof(setup));

    public override long Count => _sessions.Sum(sessions => (long)sessions.Count);

    /// <summary>A client has no more than its slots: ports beyond them stay free, but nobody can take them.</summary>
    public override void Fill(in FlowTuple<uint> reply)
    {
        if (OwnerOf(reply.DestinationPort) is { } owner)
        {
            _sessions[owner].TryStand(FilledPort, reply.Source, reply.SourcePort, reply.DestinationPort);
        }
    }

    public override void Connect<TPace>(int worker, ReadOnlySpan<FlowTuple<uint>> flows, ulong windowTicks, TPace pace, SystemTally tally)
    {
        for (int i = 0; i < flows.Length && pace.Begin(i); i++)
        {
            DetResult result = Connect(in flows[i]);
            Platform.Clocks.BusyWait.For(windowTicks);
            tally.Count(result.Slot >= 0 ? Fate.Inserted : Fate.Refused, isKept: false, (int)result.Probes);
            pace.End(i);
        }
    }

    public override int? TryOnce(in FlowTuple<uint> flow)
    {
        DetResult result = Connect(in flow);
        if (result.Slot < 0)
        {
            return null;
        }

        _sessions[flow.Source - Map.Inside].Clear(result.Slot);
        return (int)result.Probes;
    }

    private static uint? OwnerOf(ushort port)
    {
        uint owner = (port - VppSharding.FirstPort) / Map.PortsPerHost;
        return owner < Clients ? owner : null;
    }

    private DetResult Connect(in FlowTuple<uint> flow)
    {
        uint client = flow.Source - Map.Inside;
        if (client >= Clients)
        {
            return new DetResult(-1, 0, Existing: false, Probes: 0, IsFull: false);
        }

        (_, ushort lowPort) = Map.Forward(flow.Source);
        return _sessions[client].Connect(flow.SourcePort, flow.Destination, flow.DestinationPort, lowPort, Map.PortsPerHost);
    }
}
