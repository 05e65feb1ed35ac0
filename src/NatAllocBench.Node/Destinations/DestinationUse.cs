using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Node.Lines;

namespace NatAllocBench.Node.Destinations;

/// <summary>The ports that are taken towards one destination.</summary>
internal sealed class DestinationUse
{
    private const int MostClients = 1_024;
    private readonly HashSet<UInt128> _clients = [];

    public PortSet Ports { get; } = new();

    /// <summary>Ports of connections in TIME_WAIT, which a kernel from 6.5 on may evict.</summary>
    public PortSet TimeWait { get; } = new();

    /// <summary>Entries whose source NAT changed.</summary>
    public long Translated { get; private set; }

    public long Kept { get; private set; }

    public long Unreplied { get; private set; }

    public long SynSent { get; private set; }

    /// <summary>Connections whose beginning a log of events shows.</summary>
    public long Opened { get; private set; }

    /// <summary>Connections whose end a log of events shows, also of older ones that it did not show before.</summary>
    public long Ended { get; private set; }

    /// <summary>Distinct clients, counted up to 1024.</summary>
    public int Clients => _clients.Count;

    /// <summary>What an event changes: a port is taken from the first event of its connection to the last.</summary>
    public void Follow(in EntryLine entry)
    {
        if (entry.Event == EventKind.Destroy)
        {
            Ports.Remove(entry.NatKey);
            TimeWait.Remove(entry.NatKey);
            Ended++;
            return;
        }

        if (entry.Event == EventKind.New || !Ports.Contains(entry.NatKey))
        {
            Add(in entry);
        }

        Opened += entry.Event == EventKind.New ? 1 : 0;
        if (entry.State == TcpState.TimeWait)
        {
            TimeWait.Add(entry.NatKey);
        }
        else
        {
            TimeWait.Remove(entry.NatKey);
        }
    }

    /// <summary>What another list of the same moment has of the destination.</summary>
    public void Add(DestinationUse other)
    {
        foreach (ushort port in other.Ports.All)
        {
            Ports.Add(port);
        }

        foreach (ushort port in other.TimeWait.All)
        {
            TimeWait.Add(port);
        }

        Translated += other.Translated;
        Kept += other.Kept;
        Unreplied += other.Unreplied;
        SynSent += other.SynSent;
        _clients.UnionWith(other._clients.Take(MostClients - _clients.Count));
    }

    /// <summary>An entry of the table.</summary>
    public void Add(in EntryLine entry)
    {
        Ports.Add(entry.NatKey);
        if (entry.State == TcpState.TimeWait)
        {
            TimeWait.Add(entry.NatKey);
        }

        SynSent += entry.State == TcpState.SynSent ? 1 : 0;
        Unreplied += entry.Unreplied ? 1 : 0;
        if (entry.IsSourceTranslated)
        {
            Translated++;
            Kept += entry.Original.SourceKey == entry.NatKey ? 1 : 0;
            if (_clients.Count < MostClients)
            {
                _clients.Add(entry.Original.Source);
            }
        }
    }
}
