using System.Net;
using NatAllocBench.Node.Lines;
using PacketDotNet;
using SharpPcap;
using SharpPcap.LibPcap;

namespace NatAllocBench.Node.Recordings;

/// <summary>
/// Reads a capture of the inside interface, or of both sides. SharpPcap reads the file with the system's libpcap, which knows every variant
/// of pcap and pcapng that capture programs write; PacketDotNet takes the frames apart.
/// </summary>
internal sealed class CaptureReader(string name)
{
    private const double Microsecond = 1e-6;
    private const double PassageTime = 0.01;
    private const int MarkedBytes = 16;
    private const double UdpUnreplied = 30;
    private const double UdpReplied = 120;
    private const double TimeWait = 120;
    private const double Close = 10;

    private readonly List<RecordedConnection> _connections = [];
    private readonly Dictionary<Flow, Seen> _seen = [];
    private readonly Dictionary<(uint Mark, UInt128 Remote, ushort Port), Seen> _inside = [];
    private long _retransmitted;
    private long _leftOut;
    private int _outside;
    private double _first = double.NaN;

    private readonly record struct Flow(byte Protocol, UInt128 Source, ushort SourcePort, UInt128 Destination, ushort DestinationPort)
    {
        public Flow Reverse => new(Protocol, Destination, DestinationPort, Source, SourcePort);
    }

    private sealed class Seen
    {
        public required RecordedConnection Connection { get; init; }

        public required uint Mark { get; init; }

        public bool IsWitnessed { get; set; }

        public bool ClientFinished { get; set; }

        public bool RemoteFinished { get; set; }
    }

    /// <summary>Reads a capture.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isInside">Whether the user says that it was taken before NAT.</param>
    /// <exception cref="NodeInputException">It is damaged, holds no new connection, or only the outside.</exception>
    public static Recording Read(string path, bool isInside)
    {
        var reader = new CaptureReader(path);
        try
        {
            reader.Run();
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException { InnerException: DllNotFoundException })
        {
            throw new NodeInputException($"{path}: reading captures takes libpcap, which is not installed (package libpcap, libpcap0.8 "
                + "or Npcap)");
        }
        catch (Exception e) when (e is PcapException or InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            throw new NodeInputException($"{path}: this capture cannot be read: {e.Message.ReplaceLineEndings(" ")}");
        }

        return reader.Finish(isInside);
    }

    private void Run()
    {
        using var file = new CaptureFileReaderDevice(name);
        file.Open();
        while (file.GetNextPacket(out PacketCapture captured) == GetPacketStatus.PacketRead)
        {
            RawCapture raw = captured.GetPacket();
            double time = (double)raw.Timeval.Value;
            _first = double.IsNaN(_first) ? time : _first;
            if (Packet.ParsePacket(raw.LinkLayerType, raw.Data).Extract<IPPacket>() is { } ip)
            {
                Take(ip, Math.Max(0, time - _first));
            }
        }
    }

    private void Take(IPPacket ip, double at)
    {
        UInt128 source = EntryTuple.Number(ip.SourceAddress);
        UInt128 destination = EntryTuple.Number(ip.DestinationAddress);
        if (ip.Extract<TcpPacket>() is { } tcp)
        {
            Segment(tcp, new Flow(6, source, tcp.SourcePort, destination, tcp.DestinationPort), at);
        }
        else if (ip.Extract<UdpPacket>() is { } udp)
        {
            Datagram(new Flow(17, source, udp.SourcePort, destination, udp.DestinationPort), MarkOf(ip, udp), at);
        }
        else
        {
            _leftOut++;
        }
    }

    /// <summary>
    /// What NAT leaves as it is: the id, the length and how the content begins. The id is not enough, many senders leave it at 0, and the
    /// checksum changes with the address.
    /// </summary>
    private static uint MarkOf(IPPacket ip, UdpPacket udp)
    {
        byte[] content = udp.PayloadData ?? udp.PayloadPacket?.Bytes ?? [];
        var mark = new HashCode();
        mark.Add(ip is IPv4Packet { Id: var id } ? id : 0);
        mark.Add(udp.Length);
        mark.AddBytes(content.AsSpan(0, Math.Min(content.Length, MarkedBytes)));
        return (uint)mark.ToHashCode();
    }

    private void Segment(TcpPacket tcp, Flow flow, double at)
    {
        if (tcp.Synchronize && !tcp.Acknowledgment)
        {
            Open(flow, tcp.SequenceNumber, at);
            return;
        }

        bool fromClient = _seen.TryGetValue(flow, out Seen? seen);
        if (!fromClient && !_seen.TryGetValue(flow.Reverse, out seen))
        {
            return;
        }

        RecordedConnection connection = seen!.Connection;
        seen.ClientFinished |= fromClient && tcp.Finished;
        seen.RemoteFinished |= !fromClient && tcp.Finished;
        if (tcp.Reset)
        {
            connection.Closed = Math.Min(connection.Closed, at);
            connection.End = Math.Min(connection.End, at + Close);
        }
        else if (seen is { ClientFinished: true, RemoteFinished: true } && double.IsInfinity(connection.Closed))
        {
            connection.Closed = at;
            connection.End = at + TimeWait;
        }
    }

    private void Open(Flow flow, uint sequence, double at)
    {
        if (_seen.TryGetValue(flow, out Seen? before) && before.Mark == sequence)
        {
            if (!before.IsWitnessed)
            {
                before.IsWitnessed = true;
                _retransmitted++;
            }

            return;
        }

        Begin(flow, sequence, at);
    }

    private void Datagram(Flow flow, uint mark, double at)
    {
        if (_seen.TryGetValue(flow, out Seen? same) && at < same.Connection.End)
        {
            same.Connection.End = Math.Max(same.Connection.End, at + UdpUnreplied);
            return;
        }

        if (_seen.TryGetValue(flow.Reverse, out Seen? answered) && at < answered.Connection.End)
        {
            answered.Connection.End = at + UdpReplied;
            return;
        }

        Begin(flow, mark, at);
    }

    private void Begin(Flow flow, uint mark, double at)
    {
        // A packet that has left with another source is the same packet on the other side.
        (uint, UInt128, ushort) passage = (mark, flow.Destination, flow.DestinationPort);
        if (_inside.TryGetValue(passage, out Seen? inside) && inside.Connection.Client != flow.Source
            && at - inside.Connection.Start < PassageTime)
        {
            inside.Connection.NatAddress = flow.Source;
            inside.Connection.NatKey = flow.SourcePort;
            _outside++;
            return;
        }

        var connection = new RecordedConnection
        {
            Start = at,
            StartSpread = Microsecond,
            StartsAnywhere = true,
            Protocol = flow.Protocol,
            Client = flow.Source,
            ClientKey = flow.SourcePort,
            Remote = flow.Destination,
            RemoteKey = flow.DestinationPort,
            End = flow.Protocol == 17 ? at + UdpUnreplied : double.PositiveInfinity,
        };
        Seen seen = new() { Connection = connection, Mark = mark };
        _seen[flow] = seen;
        _inside[passage] = seen;
        _connections.Add(connection);
    }

    private Recording Finish(bool isInside)
    {
        if (_connections.Count == 0)
        {
            throw new NodeInputException($"{name}: no new TCP connection or UDP flow in this capture; capture SYNs and whole headers "
                + "(tcpdump -s 128)");
        }

        if (!isInside && _outside == 0 && _connections.DistinctBy(connection => connection.Client).Take(2).Count() == 1)
        {
            throw new NodeInputException(
                $"{name}: one source address opens everything: taken outside, where clients are unknown and ports are those after NAT; "
                    + "capture the inside interface, or say --inside if there is one client");
        }

        return new Recording
        {
            Connections = [.. _connections.OrderBy(connection => connection.Start)],
            Witnessed = _retransmitted,
            WitnessedAs = "retransmitted SYNs, whatever lost the first one",
            Remarks =
            [
                .. _outside > 0 ? [$"{_outside} packets were seen on both sides of NAT"] : Array.Empty<string>(),
                .. _leftOut > 0 ? [$"left out: {_leftOut} packets that are neither TCP nor UDP"] : Array.Empty<string>(),
            ],
        };
    }
}
