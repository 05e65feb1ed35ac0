using System.Net;
using System.Net.NetworkInformation;
using NatAllocBench.Netfilter.Tuples;
using PacketDotNet;

namespace NatAllocBench.Tracing;

/// <summary>The Ethernet frames of one connection, with the headers that the race's packets have.</summary>
internal static class Frame
{
    private const int ClientTimeToLive = 64;
    private const byte DontFragment = 2;
    private const ushort SynWindow = 64240;

    /// <summary>What the client sends: its SYN, or its datagram.</summary>
    public static byte[] Of(TracedConnection connection, bool isUdp) =>
        From(connection.Client, connection.ClientPort, ClientTimeToLive, connection, isUdp);

    /// <summary>The same, forwarded and behind source NAT, as it leaves or would have left the host.</summary>
    public static byte[] Translated(TracedConnection connection, bool isUdp, IPv4Address address, ushort port) =>
        From(address, port, ClientTimeToLive - 1, connection, isUdp);

    private static byte[] From(IPv4Address source, ushort sourcePort, int timeToLive, TracedConnection connection, bool isUdp)
    {
        TransportPacket transport = isUdp
            ? new UdpPacket(sourcePort, connection.DestinationPort)
            : new TcpPacket(sourcePort, connection.DestinationPort)
            {
                SequenceNumber = connection.Sequence,
                Synchronize = true,
                WindowSize = SynWindow,
            };
        var ip = new IPv4Packet(Address(source), Address(connection.Destination))
        {
            TimeToLive = timeToLive,
            FragmentFlags = DontFragment,
            PayloadPacket = transport,
        };
        var frame = new EthernetPacket(Station(source), NextHop, EthernetType.IPv4) { PayloadPacket = ip };
        transport.UpdateCalculatedValues();
        ip.UpdateCalculatedValues();
        UpdateChecksum(transport);
        ip.UpdateIPChecksum();
        return frame.Bytes;
    }

    private static void UpdateChecksum(TransportPacket transport)
    {
        if (transport is TcpPacket tcp)
        {
            tcp.UpdateTcpChecksum();
        }
        else if (transport is UdpPacket udp)
        {
            udp.UpdateUdpChecksum();
        }
    }

    private static IPAddress Address(IPv4Address address) => new(address.Raw);

    private static PhysicalAddress NextHop { get; } = new([0x02, 0, 0, 0, 0, 0xFF]);

    /// <summary>A locally administered address that has the IPv4 address in it.</summary>
    private static PhysicalAddress Station(IPv4Address address) => new([0x02, 0, .. BitConverter.GetBytes(address.Raw)]);
}
