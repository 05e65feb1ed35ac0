using System.Buffers.Binary;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// Writes IPv4 packets with correct checksums: netfilter verifies them before it tracks. The constant part of every sum is added up once.
/// </summary>
public readonly struct PacketBuilder
{
    /// <summary>The longest packet: a SYN without options.</summary>
    public const int MaxLength = 40;

    private const int IpHeaderLength = 20;
    private const ushort Window = 65535;
    private const uint SequenceNumber = 1;
    private const byte SynFlag = 2;

    private readonly LiveProtocol _protocol;
    private readonly uint _ipConstant;
    private readonly uint _transportConstant;

    /// <summary>Prepares the sums for one protocol.</summary>
    public PacketBuilder(LiveProtocol protocol)
    {
        _protocol = protocol;
        Length = protocol == LiveProtocol.Tcp ? 40 : 28;
        uint transportLength = (uint)(Length - IpHeaderLength);

        // Version and header length, total length, identification 1, don't fragment, time to live 64 and protocol.
        _ipConstant = 0x4500u + (uint)Length + 1u + 0x4000u + (0x4000u | (uint)protocol);
        _transportConstant = protocol == LiveProtocol.Tcp
            ? (uint)protocol + transportLength + SequenceNumber + (0x5000u | SynFlag) + Window
            : (uint)protocol + transportLength + transportLength;
    }

    /// <summary>Length of every packet: 40 bytes for TCP, 28 for UDP.</summary>
    public int Length { get; }

    /// <summary>Writes what is the same in every packet.</summary>
    /// <param name="packet">At least <see cref="Length"/> bytes.</param>
    public void WriteConstants(Span<byte> packet)
    {
        packet[..Length].Clear();
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)Length);
        packet[5] = 1;
        packet[6] = 0x40;
        packet[8] = 64;
        packet[9] = (byte)_protocol;
        if (_protocol == LiveProtocol.Tcp)
        {
            BinaryPrimitives.WriteUInt32BigEndian(packet[24..], SequenceNumber);
            packet[32] = 0x50;
            packet[33] = SynFlag;
            BinaryPrimitives.WriteUInt16BigEndian(packet[34..], Window);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet[24..], (ushort)(Length - IpHeaderLength));
        }
    }

    /// <summary>Writes addresses, ports and checksums into a packet prepared by <see cref="WriteConstants"/>.</summary>
    public void WriteFlow(Span<byte> packet, in FlowTuple flow)
    {
        BinaryPrimitives.WriteUInt32BigEndian(packet[12..], flow.SourceAddress);
        BinaryPrimitives.WriteUInt32BigEndian(packet[16..], flow.DestinationAddress);
        BinaryPrimitives.WriteUInt16BigEndian(packet[20..], flow.SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(packet[22..], flow.DestinationPort);
        uint addresses = (flow.SourceAddress >> 16) + (flow.SourceAddress & 0xffff)
            + (flow.DestinationAddress >> 16) + (flow.DestinationAddress & 0xffff);
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], Fold(_ipConstant + addresses));
        ushort transport = Fold(_transportConstant + addresses + flow.SourcePort + flow.DestinationPort);
        if (_protocol == LiveProtocol.Tcp)
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet[36..], transport);
        }
        else
        {
            // 0 would mean "no checksum".
            BinaryPrimitives.WriteUInt16BigEndian(packet[26..], transport == 0 ? ushort.MaxValue : transport);
        }
    }

    private static ushort Fold(uint sum)
    {
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }
}
