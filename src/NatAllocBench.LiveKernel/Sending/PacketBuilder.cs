using System.Buffers.Binary;
using NatAllocBench.Netfilter.Packets;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// Writes the flow of a packet into a ready-made one, with correct checksums: netfilter verifies them before it tracks. The constant part
/// of every sum is added up once.
/// </summary>
internal readonly struct PacketBuilder
{
    private const int HeaderSum = 10;
    private const int Addresses = 12;
    private const int Ports = IPv4Headers.HeaderLength;
    private const uint SequenceNumber = 1;

    // The kernel would draw an identification for a packet that has none.
    private const byte Identification = 1;

    private readonly byte[] _packet;
    private readonly int _transportSum;
    private readonly uint _headerConstant;
    private readonly uint _transportConstant;

    /// <summary>Makes the packet of one protocol without a flow.</summary>
    public PacketBuilder(LiveProtocol protocol)
    {
        bool isTcp = protocol == LiveProtocol.Tcp;
        _packet = new byte[isTcp ? IPv4Headers.TcpSynLength : IPv4Headers.UdpLength];
        _ = isTcp ? IPv4Headers.WriteTcpSyn(_packet, 0, 0, 0, 0, SequenceNumber) : IPv4Headers.WriteUdp(_packet, 0, 0, 0, 0);
        _transportSum = Ports + (isTcp ? 16 : 6);
        _headerConstant = SumOf(HeaderSum) + Identification;
        _transportConstant = SumOf(_transportSum);
        _packet[5] = Identification;
    }

    /// <summary>Length of every packet: 40 bytes for TCP, 28 for UDP.</summary>
    public int Length => _packet.Length;

    /// <summary>Writes what is the same in every packet.</summary>
    /// <param name="packet">At least <see cref="Length"/> bytes.</param>
    public void WriteConstants(Span<byte> packet) => _packet.CopyTo(packet);

    /// <summary>Writes addresses, ports and checksums into a packet prepared by <see cref="WriteConstants"/>.</summary>
    public void WriteFlow(Span<byte> packet, in FlowTuple flow)
    {
        BinaryPrimitives.WriteUInt32BigEndian(packet[Addresses..], flow.SourceAddress);
        BinaryPrimitives.WriteUInt32BigEndian(packet[(Addresses + 4)..], flow.DestinationAddress);
        BinaryPrimitives.WriteUInt16BigEndian(packet[Ports..], flow.SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(packet[(Ports + 2)..], flow.DestinationPort);
        uint addresses = (flow.SourceAddress >> 16) + (flow.SourceAddress & 0xffff)
            + (flow.DestinationAddress >> 16) + (flow.DestinationAddress & 0xffff);
        BinaryPrimitives.WriteUInt16BigEndian(packet[HeaderSum..], Fold(_headerConstant + addresses));
        ushort transport = Fold(_transportConstant + addresses + flow.SourcePort + flow.DestinationPort);

        // 0 would mean "no checksum" in UDP; to TCP both forms of zero are the same.
        BinaryPrimitives.WriteUInt16BigEndian(packet[_transportSum..], transport == 0 ? ushort.MaxValue : transport);
    }

    /// <summary>What a checksum of the packet without a flow was made of.</summary>
    private uint SumOf(int checksum) => (ushort)~BinaryPrimitives.ReadUInt16BigEndian(_packet.AsSpan(checksum));

    private static ushort Fold(uint sum)
    {
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }
}
