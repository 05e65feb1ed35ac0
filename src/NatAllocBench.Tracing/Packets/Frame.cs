using NatAllocBench.Netfilter.Packets;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Tracing;

/// <summary>The Ethernet frames of one connection, built and rewritten by the code that the race itself uses.</summary>
internal static class Frame
{
    private const int EthernetLength = 14;

    /// <summary>What the client sends: its SYN, or its datagram.</summary>
    public static byte[] Of(TracedConnection connection, bool isUdp)
    {
        byte[] frame = new byte[EthernetLength + (isUdp ? IPv4Headers.UdpLength : IPv4Headers.TcpSynLength)];
        WriteEthernet(frame, connection.Client);
        ushort source = ConntrackKey(connection.ClientPort);
        ushort destination = ConntrackKey(connection.DestinationPort);
        Span<byte> packet = frame.AsSpan(EthernetLength);
        if (isUdp)
        {
            IPv4Headers.WriteUdp(packet, connection.Client.Raw, connection.Destination.Raw, source, destination);
        }
        else
        {
            IPv4Headers.WriteTcpSyn(packet, connection.Client.Raw, connection.Destination.Raw, source, destination, connection.Sequence);
        }

        return frame;
    }

    /// <summary>The same after source NAT, as it leaves or would have left the host.</summary>
    public static byte[] Translated(TracedConnection connection, bool isUdp, IPv4Address address, ushort port)
    {
        byte[] frame = Of(connection, isUdp);
        WriteEthernet(frame, address);
        HeaderRewrite.SourceNat(frame.AsSpan(EthernetLength), address.Raw, ConntrackKey(port));
        return frame;
    }

    private static ushort ConntrackKey(ushort hostOrder) => System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(hostOrder);

    /// <summary>Locally administered addresses: the sender's has its IPv4 address in it, the next hop's ends in ff.</summary>
    private static void WriteEthernet(Span<byte> frame, IPv4Address sender)
    {
        ReadOnlySpan<byte> nextHop = [0x02, 0, 0, 0, 0, 0xFF];
        nextHop.CopyTo(frame);
        frame[6] = 0x02;
        frame[7] = 0;
        BitConverter.TryWriteBytes(frame[8..], sender.Raw);
        frame[12] = 0x08;
        frame[13] = 0;
    }
}
