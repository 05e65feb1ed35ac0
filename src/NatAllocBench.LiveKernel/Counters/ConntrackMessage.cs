using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// Builds ctnetlink requests and reads the tuples out of its answers (netlink headers and attributes are in host byte order).
/// </summary>
internal static class ConntrackMessage
{
    internal const int HeaderLength = 20;
    internal const ushort TypeGet = (1 << 8) | 1;
    internal const ushort TypeDelete = (1 << 8) | 2;
    internal const ushort TypeError = 2;
    internal const ushort TypeDone = 3;
    internal const ushort FlagsAcknowledge = 0x1 | 0x4;
    internal const ushort FlagsDump = 0x1 | 0x300;

    private const int AttributeTupleOriginal = 1;
    private const int AttributeTupleReply = 2;
    private const int AttributeTupleIp = 1;
    private const int AttributeTupleProtocol = 2;
    private const int TypeMask = 0x3fff;

    /// <summary>A request for all IPv4 entries: struct nlmsghdr followed by struct nfgenmsg.</summary>
    internal static byte[] Request(ushort type, ushort flags, uint sequence)
    {
        byte[] message = new byte[HeaderLength];
        MemoryMarshal.Write(message.AsSpan(0), (uint)HeaderLength);
        MemoryMarshal.Write(message.AsSpan(4), type);
        MemoryMarshal.Write(message.AsSpan(6), flags);
        MemoryMarshal.Write(message.AsSpan(8), sequence);
        message[16] = 2; // AF_INET
        return message;
    }

    /// <summary>Reads the two tuples from the attributes of one entry; null for entries without ports or addresses of IPv4.</summary>
    public static TrackedConnection? ReadEntry(ReadOnlySpan<byte> attributes)
    {
        FlowTuple? original = null;
        FlowTuple? reply = null;
        while (NextAttribute(ref attributes, out int type, out ReadOnlySpan<byte> value))
        {
            if (type == AttributeTupleOriginal)
            {
                original = ReadTuple(value);
            }
            else if (type == AttributeTupleReply)
            {
                reply = ReadTuple(value);
            }
        }

        return original is { } first && reply is { } second ? new TrackedConnection(first, second) : null;
    }

    private static FlowTuple? ReadTuple(ReadOnlySpan<byte> tuple)
    {
        uint source = 0, destination = 0;
        ushort sourcePort = 0, destinationPort = 0;
        int seen = 0;
        while (NextAttribute(ref tuple, out int part, out ReadOnlySpan<byte> fields))
        {
            while (NextAttribute(ref fields, out int type, out ReadOnlySpan<byte> value))
            {
                switch (part, type, value.Length)
                {
                    case (AttributeTupleIp, 1, 4):
                        source = BinaryPrimitives.ReadUInt32BigEndian(value);
                        seen++;
                        break;
                    case (AttributeTupleIp, 2, 4):
                        destination = BinaryPrimitives.ReadUInt32BigEndian(value);
                        seen++;
                        break;
                    case (AttributeTupleProtocol, 2, 2):
                        sourcePort = BinaryPrimitives.ReadUInt16BigEndian(value);
                        seen++;
                        break;
                    case (AttributeTupleProtocol, 3, 2):
                        destinationPort = BinaryPrimitives.ReadUInt16BigEndian(value);
                        seen++;
                        break;
                    default:
                        break;
                }
            }
        }

        return seen == 4 ? new FlowTuple(source, destination, sourcePort, destinationPort) : null;
    }

    private static bool NextAttribute(ref ReadOnlySpan<byte> rest, out int type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        if (rest.Length < 4)
        {
            return false;
        }

        int length = MemoryMarshal.Read<ushort>(rest);
        if (length < 4 || length > rest.Length)
        {
            return false;
        }

        type = MemoryMarshal.Read<ushort>(rest[2..]) & TypeMask;
        value = rest[4..length];
        rest = rest[Math.Min((length + 3) & ~3, rest.Length)..];
        return true;
    }
}
