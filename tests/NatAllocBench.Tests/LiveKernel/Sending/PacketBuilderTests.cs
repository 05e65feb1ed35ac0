using System.Buffers.Binary;
using CsCheck;
using NatAllocBench.LiveKernel;

namespace NatAllocBench.Tests.LiveKernel.Sending;

public sealed class PacketBuilderTests
{
    private static readonly Gen<FlowTuple> AnyFlow = Gen.Select(
        Gen.UInt, Gen.UInt, Gen.UShort, Gen.UShort, (source, destination, from, to) => new FlowTuple(source, destination, from, to));

    [Theory]
    [InlineData(LiveProtocol.Tcp, 40)]
    [InlineData(LiveProtocol.Udp, 28)]
    public void Both_checksums_of_every_packet_are_right(LiveProtocol protocol, int length) => AnyFlow.Sample(flow =>
    {
        byte[] packet = Build(protocol, flow);
        Assert.Equal(length, packet.Length);
        Assert.Equal(length, BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(2)));
        Assert.Equal(0xffff, OnesComplementSum(packet.AsSpan(0, 20), 0));
        uint pseudoHeader = (uint)protocol + (uint)(length - 20);
        Assert.Equal(0xffff, OnesComplementSum(packet.AsSpan(12), pseudoHeader));
    });

    [Fact]
    public void A_packet_carries_its_flow_whatever_was_in_the_buffer_before() => Gen.Select(AnyFlow, AnyFlow).Sample((first, second) =>
    {
        var builder = new PacketBuilder(LiveProtocol.Tcp);
        byte[] packet = Build(LiveProtocol.Tcp, first);
        builder.WriteFlow(packet, second);
        Assert.Equal(Build(LiveProtocol.Tcp, second), packet);
        Assert.Equal(second.SourceAddress, BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(12)));
        Assert.Equal(second.DestinationPort, BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(22)));
        Assert.Equal(2, packet[33]);
    });

    private static byte[] Build(LiveProtocol protocol, FlowTuple flow)
    {
        var builder = new PacketBuilder(protocol);
        byte[] packet = new byte[builder.Length];
        builder.WriteConstants(packet);
        builder.WriteFlow(packet, flow);
        return packet;
    }

    private static int OnesComplementSum(ReadOnlySpan<byte> bytes, uint sum)
    {
        for (int i = 0; i < bytes.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        }

        while (sum > 0xffff)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return (int)sum;
    }
}
