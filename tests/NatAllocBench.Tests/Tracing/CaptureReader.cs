using System.Buffers.Binary;
using System.Text;

namespace NatAllocBench.Tests.Tracing;

/// <summary>Reads pcapng back, strictly: lengths at both ends of a block must agree.</summary>
internal sealed class CaptureReader
{
    public CaptureReader(byte[] file)
    {
        for (int at = 0; at < file.Length;)
        {
            uint type = Word(file, at);
            int length = (int)Word(file, at + 4);
            Assert.Equal(0, length % 4);
            Assert.Equal((uint)length, Word(file, at + length - 4));
            ReadOnlySpan<byte> body = file.AsSpan(at + 8, length - 12);
            if (type == 1)
            {
                Interfaces.Add(Encoding.UTF8.GetString(Options(body[8..])[2]));
            }
            else if (type == 6)
            {
                int captured = (int)Word(body, 12);
                ulong stamp = ((ulong)Word(body, 4) << 32) | Word(body, 8);
                string comment = Encoding.UTF8.GetString(Options(body[(20 + ((captured + 3) & ~3))..])[1]);
                Packets.Add((Interfaces[(int)Word(body, 0)], stamp, body.Slice(20, captured).ToArray(), comment));
            }
            else
            {
                Assert.Equal(0x0A0D0D0Au, type);
            }

            at += length;
        }
    }

    public List<string> Interfaces { get; } = [];

    public List<(string Interface, ulong Nanoseconds, byte[] Frame, string Comment)> Packets { get; } = [];

    private static Dictionary<int, byte[]> Options(ReadOnlySpan<byte> from)
    {
        var options = new Dictionary<int, byte[]>();
        while (BinaryPrimitives.ReadUInt16LittleEndian(from) is var code && code > 0)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(from[2..]);
            options[code] = from.Slice(4, length).ToArray();
            from = from[(4 + ((length + 3) & ~3))..];
        }

        return options;
    }

    private static uint Word(ReadOnlySpan<byte> data, int at) => BinaryPrimitives.ReadUInt32LittleEndian(data[at..]);
}
