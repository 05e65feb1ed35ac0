using System.Buffers.Binary;
using System.Text;

namespace NatAllocBench.Tracing;

/// <summary>Writes capture files of Ethernet frames in the pcapng format, with nanosecond stamps and comments.</summary>
internal sealed class PcapngWriter : IDisposable
{
    private const uint SectionHeader = 0x0A0D0D0A;
    private const uint InterfaceDescription = 1;
    private const uint EnhancedPacket = 6;
    private const ushort Ethernet = 1;
    private const ushort Comment = 1;
    private const ushort InterfaceName = 2;
    private const ushort InterfaceText = 3;
    private const ushort UserApplication = 4;
    private const ushort StampResolution = 9;

    private readonly MemoryStream _file = new();

    public PcapngWriter(string application, string comment)
    {
        using var body = new MemoryStream();
        Write32(body, 0x1A2B3C4D); // byte order
        Write16(body, 1);
        Write16(body, 0);
        Write64(body, ulong.MaxValue); // section length not stated
        WriteOption(body, Comment, Encoding.UTF8.GetBytes(comment));
        WriteOption(body, UserApplication, Encoding.UTF8.GetBytes(application));
        WriteEnd(body);
        WriteBlock(SectionHeader, body);
    }

    /// <summary>Describes the next interface; the first has number 0.</summary>
    public void AddInterface(string name, string description)
    {
        using var body = new MemoryStream();
        Write16(body, Ethernet);
        Write16(body, 0);
        Write32(body, 0); // no limit on the captured length
        WriteOption(body, InterfaceName, Encoding.UTF8.GetBytes(name));
        WriteOption(body, InterfaceText, Encoding.UTF8.GetBytes(description));
        WriteOption(body, StampResolution, [9]);
        WriteEnd(body);
        WriteBlock(InterfaceDescription, body);
    }

    /// <summary>Adds a frame.</summary>
    /// <param name="at">The interface.</param>
    /// <param name="unixNanoseconds">Time since 1970.</param>
    /// <param name="frame">The frame, from its Ethernet header on.</param>
    /// <param name="comment">What it is.</param>
    public void AddPacket(int at, ulong unixNanoseconds, ReadOnlySpan<byte> frame, string comment)
    {
        using var body = new MemoryStream();
        Write32(body, (uint)at);
        Write32(body, (uint)(unixNanoseconds >> 32));
        Write32(body, (uint)unixNanoseconds);
        Write32(body, (uint)frame.Length);
        Write32(body, (uint)frame.Length);
        body.Write(frame);
        Pad(body);
        WriteOption(body, Comment, Encoding.UTF8.GetBytes(comment));
        WriteEnd(body);
        WriteBlock(EnhancedPacket, body);
    }

    public byte[] ToArray() => _file.ToArray();

    public void Dispose() => _file.Dispose();

    private void WriteBlock(uint type, MemoryStream body)
    {
        uint length = (uint)body.Length + 12;
        Write32(_file, type);
        Write32(_file, length);
        body.WriteTo(_file);
        Write32(_file, length);
    }

    private static void WriteOption(MemoryStream body, ushort code, ReadOnlySpan<byte> value)
    {
        Write16(body, code);
        Write16(body, (ushort)value.Length);
        body.Write(value);
        Pad(body);
    }

    private static void WriteEnd(MemoryStream body) => Write32(body, 0);

    private static void Pad(MemoryStream body)
    {
        while (body.Length % 4 != 0)
        {
            body.WriteByte(0);
        }
    }

    private static void Write16(MemoryStream to, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        to.Write(bytes);
    }

    private static void Write32(MemoryStream to, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        to.Write(bytes);
    }

    private static void Write64(MemoryStream to, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        to.Write(bytes);
    }
}
