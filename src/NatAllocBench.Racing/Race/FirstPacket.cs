using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NatAllocBench.Netfilter.Packets;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Racing.Race;

/// <summary>The packet that opens a connection, in a buffer that does not move: a SYN, or a datagram.</summary>
internal readonly unsafe struct FirstPacket
{
    private readonly byte[] _owner;
    private readonly byte* _bytes;
    private readonly bool _isUdp;

    /// <param name="protocol">TCP or UDP.</param>
    public FirstPacket(IPProtocol protocol)
    {
        _isUdp = protocol == IPProtocol.Udp;
        _owner = GC.AllocateArray<byte>(256, pinned: true);
        _bytes = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_owner, 128);
    }

    /// <summary>The sequence number of the SYN that was written last; 0 for a datagram.</summary>
    public uint Sequence => _isUdp
        ? 0
        : BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<uint>(_bytes + IPv4Headers.HeaderLength + sizeof(uint)));

    /// <summary>Writes the headers as the client sends them.</summary>
    /// <param name="tuple">ORIGINAL tuple.</param>
    /// <param name="sequence">Sequence number; of no use to a datagram.</param>
    public void Write(in ConntrackTuple<IPv4Address> tuple, uint sequence)
    {
        if (_isUdp)
        {
            IPv4Headers.WriteUdp(
                new Span<byte>(_bytes, IPv4Headers.UdpLength), tuple.Source.Raw, tuple.Destination.Raw, tuple.SourceKey,
                tuple.DestinationKey);
        }
        else
        {
            IPv4Headers.WriteTcpSyn(
                new Span<byte>(_bytes, IPv4Headers.TcpSynLength),
                tuple.Source.Raw, tuple.Destination.Raw, tuple.SourceKey, tuple.DestinationKey, sequence);
        }
    }

    /// <summary>Rewrites the headers as the NAT does.</summary>
    /// <param name="mapping">The chosen mapping.</param>
    public void Translate(in ConntrackTuple<IPv4Address> mapping) => HeaderRewrite.SourceNat(_bytes, mapping.Source.Raw, mapping.SourceKey);

    /// <summary>To be called after the last use: the pointer alone keeps no buffer.</summary>
    public void KeepAlive() => GC.KeepAlive(_owner);
}
